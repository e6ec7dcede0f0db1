"""The administrative units and successions that the files under `definitions/places` describe."""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.tones import normal_tone

REFORM = date(2025, 7, 1)  # QĐ 19/2025/QĐ-TTg: 34 provinces, no districts
LEGACY_START = date(2004, 1, 1)  # unofficial: the sources do not say when a unit before the reform began
LEGACY_BASIS = "Danh mục của cơ quan thống kê trước 01/07/2025; ngày bắt đầu không chính thức"
REFORM_BASIS = "QĐ 19/2025/QĐ-TTg; bảng chuyển đổi vietnamadminunits (MIT), nguồn thứ cấp"
KINDS = {
    "Tỉnh": "province", "Quận": "quan", "Huyện": "huyen", "Thị xã": "thi_xa", "Thành phố": "thanh_pho",
    "Xã": "xa", "Phường": "phuong", "Thị trấn": "thi_tran", "Đặc khu": "dac_khu",
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """One row of `places_place`; `parent` is the unit above during the whole span."""

    level: int
    code: str
    kind: str
    name: str
    full_name: str
    name_en: str
    parent: "Unit | None"
    valid_from: date
    valid_to: date | None
    basis: str
    longitude: float | None = None
    latitude: float | None = None
    population: int | None = None

    @cached_property
    def id(self) -> int:
        """Level, first day and code in one number: the same in every installation."""
        return int(f"{self.level}{self.valid_from:%Y%m%d}{int(self.code):05d}")

    @cached_property
    def address(self) -> str:
        return f"{self.full_name}, {self.parent.address}" if self.parent else self.full_name


@dataclass(frozen=True, slots=True)
class Step:
    """One row of `places_succession`."""

    old: Unit
    new: Unit
    relation: str
    effective: date
    basis: str


def read_shipped(folder: Path) -> tuple[list[Unit], list[Step]]:
    """Every unit, parents before children, and every succession."""
    legacy = _legacy_units(folder)
    current, changes = _current_units(folder)
    first = {(unit.level, unit.code): unit for unit in current if unit.valid_from == REFORM}
    provinces = [
        (legacy[1, row["old_province_code"]], first[1, row["new_province_code"]])
        for row in _rows(folder / "crosswalk_province_2025.csv")
    ]
    communes = [
        (_old_unit(legacy, row), first[3, row["new_commune_code"]])
        for row in _rows(folder / "crosswalk_commune_2025.csv")
    ]
    return [*legacy.values(), *current], [*_steps(provinces), *_steps(communes), *changes]


def _old_unit(legacy: dict[tuple[int, str], Unit], row: dict[str, str]) -> Unit:
    # Five island districts had no communes.
    return legacy[3, row["old_commune_code"]] if row["old_commune_code"] else legacy[2, row["old_district_code"]]


def _steps(pairs: list[tuple[Unit, Unit]]) -> Iterator[Step]:
    heirs: dict[int, int] = {}
    sources: dict[int, int] = {}
    for old, new in pairs:
        heirs[old.id] = heirs.get(old.id, 0) + 1
        sources[new.id] = sources.get(new.id, 0) + 1
    for old, new in pairs:
        if heirs[old.id] > 1:
            relation = "split"
        elif sources[new.id] > 1:
            relation = "merged"
        else:
            relation = one_to_one(old.full_name, new.full_name)
        yield Step(old, new, relation, REFORM, REFORM_BASIS)


def one_to_one(old: str, new: str) -> str:
    """How a unit that took over one other whole relates to it, by full names: Hoà or Hòa, KRong or Krong is one name."""
    spellings = [normal_tone(name).casefold() for name in (old, new)]
    return "same" if spellings[0] == spellings[1] else "renamed"


def _legacy_units(folder: Path) -> dict[tuple[int, str], Unit]:
    units: dict[tuple[int, str], Unit] = {}
    levels = (
        (1, "legacy_provinces.csv", None), (2, "legacy_districts.csv", "province_code"),
        (3, "legacy_communes.csv", "district_code"),
    )  # fmt: skip
    for level, file, parent_column in levels:
        for row in _rows(folder / file):
            full_name, kind, name = split_name(row["name_vi"])
            if level == 1 and kind == "thanh_pho":
                kind = "municipality"
            parent = units[level - 1, row[parent_column]] if parent_column else None
            units[level, row["code"]] = Unit(
                level, row["code"], kind, name, full_name, without_accents(name), parent,
                LEGACY_START, REFORM, LEGACY_BASIS,
            )  # fmt: skip
    return units


def _current_units(folder: Path) -> tuple[list[Unit], list[Step]]:
    """Today's units with the spans they had since the reform: a change of the parent's row begins a new one too."""
    units: list[Unit] = []
    steps: list[Step] = []
    spans_of: dict[str, list[Unit]] = {}
    province_changes = {row["code"]: row for row in _rows(folder / "province_changes_2026-04-30.csv")}
    commune_changes = {row["code"]: row for row in _rows(folder / "changes_2026-04-30.csv")}
    for row in _rows(folder / "provinces_current.csv"):
        spans_of[row["code"]] = _spans(_current_unit(1, row), [None], province_changes.get(row["code"]))
        units += spans_of[row["code"]]
    for row in _rows(folder / "communes_current.csv"):
        change = commune_changes.get(row["code"])
        spans = _spans(_current_unit(3, row), list(spans_of[row["province_code"]]), change)
        units += spans
        spans_of[f"{row['province_code']}/{row['code']}"] = spans
    for spans in spans_of.values():
        for old, new in pairwise(spans):
            steps.append(Step(old, new, one_to_one(old.full_name, new.full_name), new.valid_from, new.basis))
    return units, steps


def _current_unit(level: int, row: dict[str, str]) -> Unit:
    full_name, kind, name = split_name(row["full_name_vi"])
    return Unit(
        level, row["code"], row["type"] if level == 1 else kind, name, full_name, row["name_en"], None,
        date.fromisoformat(row["valid_from"]), None, REFORM_BASIS,
        float(row["lon"]) if row["lon"] else None, float(row["lat"]) if row["lat"] else None,
        int(float(row["population_2025"])) if row["population_2025"] else None,
    )  # fmt: skip


def _spans(unit: Unit, parents: "list[Unit] | list[None]", change: dict[str, str] | None) -> list[Unit]:
    """The unit cut where it changed itself or where its parent's row ends."""
    cuts = {parent.valid_from: parent.basis for parent in parents if parent and parent.valid_from > unit.valid_from}
    if change:
        cuts[date.fromisoformat(change["effective"])] = change["basis"]
    starts = sorted({unit.valid_from, *cuts})
    spans = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        span = replace(
            unit, valid_from=start, valid_to=end, basis=cuts.get(start, unit.basis), parent=_valid_on(parents, start)
        )
        if change and start < date.fromisoformat(change["effective"]):
            full_name, kind, name = split_name(change["before_vi"])
            span = replace(span, full_name=full_name, kind=change.get("before_type", kind), name=name)
        spans.append(span)
    return spans


def _valid_on(units: "list[Unit] | list[None]", day: date) -> Unit | None:
    held = [
        unit for unit in units if unit and unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to)
    ]
    return held[0] if held else None


def split_name(full_name: str) -> tuple[str, str, str]:
    """Full name with one way of writing the kind (“Thành Phố”, “xã Bắc Sơn” occur), the kind, the name without it.

    Raises ValueError for an unknown kind.
    """
    for prefix, kind in KINDS.items():
        if full_name.lower().startswith(prefix.lower() + " "):
            name = full_name[len(prefix) + 1 :].strip()
            return f"{prefix} {name}", kind, name
    raise ValueError(f"no kind of unit in “{full_name}”")


def without_accents(text: str) -> str:
    """The name as English texts write it: letters without marks, capitals kept."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def search_text(unit: Unit) -> str:
    return fold(unit.address)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)
