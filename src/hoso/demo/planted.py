"""Special cases put into the packages on purpose, and the list of them (truth.csv).

To add a case: write a function that takes `_Planter`, picks visits with `take`, sets `item.change`
or sends the visit again with `send_again`, and calls `note`; then call it in `plant`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from hoso.demo.claims import Tables, tables_of
from hoso.demo.defects import Defect, choose
from hoso.demo.packages import Change, Item, Numbering, PackagePlan
from hoso.demo.people import Person
from hoso.demo.settings import ProvinceSettings
from hoso.demo.tables import EXTRA
from hoso.demo.visits import make_visit

LEAST_PERSONS = 200
AGAIN_AFTER = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Planted:
    """One line of truth.csv."""

    package: str
    ma_lk: str
    case: str
    detail: str
    findings: str = ""  # what must be found: rule@tag, with spaces between


def plant(packages: list[PackagePlan], settings: ProvinceSettings, numbering: Numbering, block: int) -> list[Planted]:
    """Changes and adds packages in place; returns what was planted. Below 200 persons only `withheld` is listed."""
    planter = _Planter(packages, settings, numbering, Random(f"{settings.seed}/planted/{block}"))
    if settings.persons >= LEAST_PERSONS:
        _quarantined(planter)
        _unknown_tags(planter)
        _identity_conflicts(planter)
        _sent_again(planter)
    if settings.defects:
        _defects(planter)
    planter.found += _withheld(packages)
    packages.sort(key=lambda package: (package.made, package.file_name))
    return planter.found


class _Planter:
    def __init__(
        self, packages: list[PackagePlan], settings: ProvinceSettings, numbering: Numbering, rng: Random
    ) -> None:
        self.packages = packages
        self.settings = settings
        self.numbering = numbering
        self.found: list[Planted] = []
        self._free = [
            (package, item)
            for package in packages
            if len(package.items) > 1
            for item in package.items
            if not item.plan.stay and not item.plan.illness.withheld
        ]
        rng.shuffle(self._free)

    def take(self) -> tuple[PackagePlan, Item] | None:
        """An outpatient visit that carries no other case."""
        return self._free.pop() if self._free else None

    def take_several(self, count: int, before: date = date.max) -> Iterator[tuple[PackagePlan, Item]]:
        """Several such visits, in packages made before a day."""
        while count and (taken := self.take()) is not None:
            if taken[0].made < before:
                count -= 1
                yield taken

    def note(self, package: PackagePlan, item: Item, case: str, detail: str, findings: str = "") -> None:
        self.found.append(Planted(package.file_name, item.plan.ma_lk, case, detail, findings))

    def send_again(self, package: PackagePlan, item: Item, change: Change | None) -> tuple[PackagePlan, Item]:
        """The same visit in a package of its own, made forty days later."""
        made = package.made + AGAIN_AFTER
        again = Item(item.plan, change)
        later = PackagePlan(
            self.numbering.file_name(package.facility, made), package.facility, package.version, made, [again]
        )
        self.packages.append(later)
        return later, again


def _set(tag: str, value: str) -> Change:
    def change(tables: Tables) -> None:
        tables[1][0][tag] = value

    return change


def _quarantined(planter: _Planter) -> None:
    faults = (
        (_set("MA_BN", ""), "XML1.MA_BN trống", "structure.required@MA_BN"),
        (_set("NGAY_RA", "202513990900"), "XML1.NGAY_RA = 202513990900, không phải ngày", "structure.date@NGAY_RA"),
        (_set("HO_TEN", "NGUYỄN VĂN MẪU " * 25), "XML1.HO_TEN dài 375 ký tự, quá 255", "structure.size@HO_TEN"),
    )
    for (change, detail, findings), (package, item) in zip(faults, planter.take_several(len(faults)), strict=False):
        item.change = change
        planter.note(package, item, "quarantined", detail, findings)


def _unknown_tags(planter: _Planter) -> None:
    for package, item in planter.take_several(2):
        item.change = _set(EXTRA, "<TRUONG_LA>SYN</TRUONG_LA>")
        planter.note(package, item, "unknown_tag", "XML1 có thêm thẻ TRUONG_LA", "structure.tag@TRUONG_LA")


def _sent_again(planter: _Planter) -> None:
    soon_enough = planter.settings.end - AGAIN_AFTER
    for package, item in planter.take_several(3, soon_enough):
        later, again = planter.send_again(package, item, _worse)
        planter.note(later, again, "corrected", f"gửi lại của {package.file_name}, XML1.KET_QUA_DTRI đổi thành 4")
    for package, item in planter.take_several(3, soon_enough):
        later, again = planter.send_again(package, item, None)
        planter.note(later, again, "unchanged", f"gửi lại của {package.file_name}, chỉ khác NGAYLAP")


def _worse(tables: Tables) -> None:
    tables[1][0]["KET_QUA_DTRI"] = "4"


def _identity_conflicts(planter: _Planter) -> None:
    owners = [
        item.plan
        for package in planter.packages
        if package.version != "4210"
        for item in package.items
        if item.plan.person.id_on(item.plan.day)
    ]
    wanted = 2
    while wanted and owners and (taken := planter.take()) is not None:
        package, item = taken
        owner = next((plan for plan in owners if _distant(plan.person, item.plan.person)), None)
        if package.version == "4210" or owner is None:
            continue
        item.change = _borrow_id(owner.person.personal_id)
        person = owner.person
        detail = f"SO_CCCD {person.personal_id} là của {person.name}, sinh {person.born.year}, lượt {owner.ma_lk}"
        planter.note(package, item, "identity_conflict", detail, "cccd.gioi_tinh@SO_CCCD cccd.nam_sinh@SO_CCCD")
        owners = [plan for plan in owners if plan.person is not person]
        wanted -= 1


def _distant(one: Person, other: Person) -> bool:
    """Other sex, birth years far apart, no common word in the names, other household."""
    return (
        one.sex != other.sex
        and abs(one.born.year - other.born.year) > 15
        and not set(one.name.split()) & set(other.name.split())
        and one.household != other.household
    )


def _borrow_id(personal_id: str) -> Change:
    def change(tables: Tables) -> None:
        for rows in tables.values():
            for row in rows:
                if "SO_CCCD" in row:
                    row["SO_CCCD"] = personal_id

    return change


def _defects(planter: _Planter) -> None:
    """One broken rule in a share of the visits that carry no other case."""
    settings = planter.settings
    taken = {case.ma_lk for case in planter.found}
    for package in planter.packages:
        for item in package.items:
            rng = Random(f"{settings.seed}/defect/{item.plan.ma_lk}")
            if item.plan.ma_lk in taken or rng.random() >= settings.defects:
                continue
            visit = make_visit(item.plan, settings.seed, settings.lines_per_visit)
            defect = choose(rng, package.version, partial(tables_of, visit))
            if defect is not None:
                item.change = _plant(defect, package.version)
                detail = f"XML{defect.table}.{defect.tag}"
                planter.note(package, item, "defect", detail, f"{defect.rule}@{defect.tag}")


def _plant(defect: Defect, version: str) -> Change:
    def change(tables: Tables) -> None:
        defect.plant(version, tables)

    return change


def _withheld(packages: list[PackagePlan]) -> Iterator[Planted]:
    for package in packages:
        for item in package.items:
            illness = item.plan.illness
            if illness.withheld:
                yield Planted(package.file_name, item.plan.ma_lk, "withheld", f"{illness.key} ({illness.icd})")
