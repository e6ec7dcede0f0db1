from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

import hoso.demo
from hoso.demo.province import ProvinceSettings, generate_packages, generate_province
from hoso.demo.tests.conftest import Province


def _people(province: Province) -> list[dict[str, str]]:
    with (province.folder / "households.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_default_is_large_enough_in_every_version(province: Province) -> None:
    visits = province.summary.visits
    assert province.summary.persons == 500
    assert sum(visits.values()) >= 2000
    assert all(visits[version] >= 100 for version in ("4210", "130", "4750", "3176"))


def test_summary_counts_what_was_written(province: Province) -> None:
    assert Counter(claim.version for claim in province.claims) == province.summary.visits
    lines: Counter[str] = Counter()
    for claim in province.claims:
        lines.update({table: len(rows) for table, rows in claim.tables.items()})
    assert dict(lines) == province.summary.lines
    assert len({claim.package for claim in province.claims}) == province.summary.packages


def test_version_follows_the_day_of_leaving(province: Province) -> None:
    starts = (("202501", "3176"), ("202407", "4750"), ("202307", "130"), ("", "4210"))
    for claim in province.sound_claims():
        assert claim.version == next(version for start, version in starts if claim.summary["NGAY_RA"] >= start)


def test_there_are_twelve_facilities(province: Province) -> None:
    with (province.folder / "facilities.csv").open(encoding="utf-8", newline="") as lines:
        listed = list(csv.DictReader(lines))
    assert len(listed) == 12
    assert {claim.facility for claim in province.claims} == {row["code"] for row in listed}
    assert all(row["code"].startswith("80") and len(row["code"]) == 5 and row["commune_code"] for row in listed)


def test_personal_numbers_are_unique_and_agree_with_sex_and_year(province: Province) -> None:
    people = [row for row in _people(province) if row["personal_id"]]
    assert len({row["personal_id"] for row in people}) == len(people)
    for row in people:
        number, year = row["personal_id"], int(row["born"][:4])
        assert len(number) == 12
        assert int(number[3]) == (year // 100 - 19) * 2 + int(row["sex"]) - 1
        assert int(number[4:6]) == year % 100


def test_children_share_surname_and_address_with_the_father(province: Province) -> None:
    households = defaultdict(list)
    for row in _people(province):
        households[row["household"]].append(row)
    children = 0
    for members in households.values():
        assert len({row["address"] for row in members}) == 1
        fathers = [row for row in members if row["relation"] == "chủ hộ" and row["sex"] == "1"]
        for child in (row for row in members if row["relation"] == "con" and fathers):
            assert child["name"].split()[0] == fathers[0]["name"].split()[0]
            children += 1
    assert children > 50


def test_chronic_patients_come_back_and_their_values_stay_near(province: Province) -> None:
    values = defaultdict(list)
    for claim in province.claims:
        for row in claim.tables.get("XML4", []):
            if row["MA_CHI_SO"] == "HBA1C":
                values[claim.summary["MA_BN"]].append(float(row["GIA_TRI"]))
    series = [listed for listed in values.values() if len(listed) >= 5]
    assert len(series) >= 3
    assert all(abs(later - earlier) < 2 for listed in series for earlier, later in pairwise(listed))


def test_some_die_and_do_not_come_back(province: Province) -> None:
    died = {row["person"]: row["died"].replace("-", "") for row in _people(province) if row["died"]}
    assert died
    for claim in province.sound_claims():
        ended = died.get(str(int(claim.summary["MA_BN"][8:])))
        assert ended is None or claim.summary["NGAY_RA"][:8] <= ended


def test_lines_per_visit_and_version_can_be_asked_for() -> None:
    packages = list(generate_packages(ProvinceSettings(persons=40, version="3176", lines_per_visit=30)))
    assert {package.version for package in packages} == {"3176"}
    visits = sum(package.visits for package in packages)
    assert 30 <= sum(package.lines for package in packages) / visits < 34


def test_bad_settings_are_refused() -> None:
    for wrong in ({"province": "01"}, {"version": "9999"}, {"persons": 0}):
        with pytest.raises(ValueError, match="mẫu|Phiên bản|từ 1"):
            ProvinceSettings(**wrong)


def test_progress_ends_at_the_number_of_persons(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate_province(ProvinceSettings(persons=30, years=1), tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (30, 30)


def test_the_generator_knows_nothing_of_the_reader_it_tests() -> None:
    folder = Path(hoso.demo.__file__).parent
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "hoso.engines" not in text
        assert "definitions" not in text
