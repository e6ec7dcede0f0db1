"""The shipped definitions of reports, and what is refused: one broken file for each rule."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from hoso.core.definitions import DefinitionError, definitions_folder
from hoso.core.periods.periods import parse_period
from hoso.engines.statistics import forms as module
from hoso.engines.statistics.forms import dimensions, forms, forms_for, regimes
from hoso.engines.statistics.indicator_catalogue import indicators


def test_the_regimes_are_there_and_two_run_side_by_side() -> None:
    assert {"tt23-2025", "tt37-2019", "tt27-2014", "tt05-2023", "ncd", "nutrition"} <= regimes().keys()
    kept = {form.regime.key for form in forms_for(parse_period("2024Q1D15"), "commune")}
    kept |= {form.regime.key for form in forms_for(parse_period("202603"), "commune")}
    assert {"tt05-2023", "tt23-2025", "ncd"} <= kept


def test_every_form_says_that_it_is_not_official() -> None:
    assert len(forms()) == 45
    assert {form.notice for form in forms().values()} == {"bản dựng lại, chưa đối chiếu"}


def test_a_form_whose_rows_are_not_known_is_empty_and_says_so() -> None:
    empty = [form for form in forms().values() if not form.rows]
    assert "leg-4-bcx" in {form.key for form in empty}
    for form in empty:
        assert "Chưa có danh sách dòng" in form.missing_vi and "not known" in form.missing_en
        assert form not in forms_for(parse_period("2024"), form.tiers[0])


def test_the_current_circular_has_fourteen_provincial_forms() -> None:
    current = [form for form in forms().values() if form.regime.key == "tt23-2025"]
    assert len(current) == 14 and all("province" in form.tiers and form.rows for form in current)


def test_a_form_is_used_within_its_validity_only() -> None:
    form = forms()["tt23-14-bct"]
    assert not form.takes(parse_period("202506"))
    assert form.takes(parse_period("202507")) and form.takes(parse_period("202702"))
    assert not form.takes(parse_period("202703")) and not form.takes(parse_period("2025Q4"))


@pytest.mark.parametrize(
    ("form", "period", "tier", "due"),
    [
        ("tt23-14-bct", "202501", "province", date(2025, 2, 7)),  # five working days
        ("tt23-14-bct", "202702", "province", date(2027, 3, 5)),  # after the circular has lapsed
        ("tt23-2-bct", "2025", "province", date(2026, 1, 15)),  # fifteen days, the form's own
        ("leg-4-bcx", "2024N9", "commune", date(2024, 10, 7)),
        ("leg-4-bcx", "2024N9", "district", date(2024, 10, 21)),
        ("leg-4-bcx", "2024N9", "province", date(2024, 11, 4)),
        ("hiv05-3", "2025Q1D15", "commune", None),  # not known
    ],
)
def test_each_tier_has_its_own_deadline(form: str, period: str, tier: str, due: date | None) -> None:
    assert forms()[form].due(parse_period(period), tier) == due


def test_rows_of_one_form_are_added_up_in_different_ways() -> None:
    assert {row.key: row.aggregation for row in forms()["hiv05-8"].rows} == {
        "PREP_FIRST": "sum",
        "PREP_ANY": "last",
        "PREP_CURRENT": "last",
    }
    assert {row.aggregation for row in forms()["hiv05-1"].rows} == {"cumulative"}


def test_sub_rows_that_overlap_are_not_declared_as_a_sum() -> None:
    relations = forms()["hiv05-3"].relations
    assert {relation.kind for relation in relations} == {"at_most"}
    assert [one.parts for one in forms()["hiv05-7"].relations if one.kind == "sum"] == [("EID_2M", "EID_2_18M")]


def test_hospital_morbidity_is_told_by_icd10_ranges_without_gap_or_overlap() -> None:
    ranges = [option.icd10 for option in dimensions()["icd10_chapter"].options]
    assert len(ranges) == 22 and all(first <= last for first, last in (text.split("-") for text in ranges))
    ordered = sorted(text.split("-") for text in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ordered))


def test_the_catalogue_of_indicators_is_whole() -> None:
    assert len(indicators()) == 114
    beds = {(target.year, target.kind): target.value for target in indicators()["RES01"].targets}
    assert beds[2018, "target"] == 26 and beds[2020, "target"] == 28
    assert {target.value for target in indicators()["RES09"].targets if target.year == 2018} == {88.5}


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the definitions of reports that a test may break."""
    folder = tmp_path / "reports"
    shutil.copytree(definitions_folder() / "reports", folder)
    monkeypatch.setattr(module, "_folder", lambda: folder)
    _forget()
    yield folder
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    for cached in (regimes, dimensions, forms):
        cached.cache_clear()


def _edit(path: Path, pattern: str, by: str) -> None:
    text, count = re.subn(pattern, by, path.read_text("utf-8"), count=1)
    assert count == 1
    path.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("file", "pattern", "by", "said"),
    [
        ("forms/tt23-2-bct.yaml", "regime: tt23-2025", "regime: tt99", "no regime tt99"),
        ("forms/tt23-2-bct.yaml", "layout: standard", "layout: none", "no layout none"),
        ("forms/tt23-2-bct.yaml", "row: REV_SHI", "row: REV_STATE", "a row is written twice"),
        ("forms/tt23-2-bct.yaml", "part: EXP_PROF", "part: EXP_NONE", "names no row EXP_NONE"),
        ("forms/tt23-2-bct.yaml", "row: REV_FEES", "row: PREG_NEW", "means different things"),
        ("forms/tt23-2-bct.yaml", "key: tt23-2-bct", "key: tt23-2", "not named after its key"),
        ("forms/tt23-2-bct.yaml", "notice: .*\n", "", "notice"),
        ("forms/tt23-2-bct.yaml", "aggregation: sum", "aggregation: total", "total"),
        ("forms/tt23-2-bct.yaml", "row: REV_SHI", "row: rev", "rev"),
        ("forms/tt23-5-bct.yaml", "cases_deaths", "cases", "no dimension cases"),
        ("forms/leg-4-bcx.yaml", "missing_vi: .*\n", "", "missing_vi"),
        ("forms/leg-4-bcx.yaml", "tt23-6-bct", "tt23-60-bct", "followed by no form"),
        ("dimensions.yaml", "key: female,", "key: total,", "written twice"),
        ("regimes/tt23-2025.yaml", "valid_from: 2025-07-01", "valid_from: today", "today"),
    ],
)
def test_what_is_wrong_is_named(changed: Path, file: str, pattern: str, by: str, said: str) -> None:
    _edit(changed / file, pattern, by)
    with pytest.raises(DefinitionError, match=said):
        forms()


def test_official_text_takes_the_place_of_a_form_without_code(changed: Path) -> None:
    path = changed / "forms" / "leg-4-bcx.yaml"
    _edit(path, "evidence: unverified", "evidence: official")
    _edit(path, "(?s)missing_vi.*?\n.*?\n", "")
    _edit(path, "notice: .*\n", "")
    _edit(path, "layout: standard", "layout: of-annex-ii")
    _edit(
        path,
        r"rows: \[\]",
        "rows:\n  - {row: ANC_1, title_vi: Khám thai, title_en: Antenatal visits, value: count, aggregation: sum, "
        "evidence: official}",
    )
    layout = (changed / "layouts" / "standard.yaml").read_text("utf-8").replace("key: standard", "key: of-annex-ii")
    (changed / "layouts" / "of-annex-ii.yaml").write_text(layout, "utf-8")
    form = forms()["leg-4-bcx"]
    assert [row.key for row in form.rows] == ["ANC_1"] and not form.notice and form.layout == "of-annex-ii"
    assert form in forms_for(parse_period("2024N9"), "commune")
