"""A synthetic province: generates claim packages as facilities send them.

The same settings give the same bytes. Memory stays flat: people are made and written in blocks.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hoso.demo.courses import VisitPlan, plan_person, settle
from hoso.demo.households import Household, make_household
from hoso.demo.illnesses import Illness, illnesses
from hoso.demo.listings import PERSON_COLUMNS, person_row, write_facilities, write_refused
from hoso.demo.maternity import plan_births
from hoso.demo.packages import Numbering, PackagePlan, group, write_package
from hoso.demo.planted import Planted, plant
from hoso.demo.practitioner_list import write_practitioners
from hoso.demo.settings import GeneratedPackage, ProvinceSettings, ProvinceSummary
from hoso.demo.station_list import StationList

__all__ = ["GeneratedPackage", "ProvinceSettings", "ProvinceSummary", "generate_packages", "generate_province"]

_BLOCK = 2_000
# Every so many adults aged 26 to 55 one is in the programme, beginning with the first number.
_PROGRAMMES = {
    "hiv": (4, 200),
    "methadone": (17, 300),
    "tuberculosis": (30, 120),
    "depression": (41, 100),
    "schizophrenia": (52, 200),
}


@dataclass(slots=True)
class _Block:
    households: list[Household]
    packages: list[PackagePlan]
    planted: list[Planted]
    first_person: int
    last_person: int


def generate_packages(settings: ProvinceSettings) -> Iterator[GeneratedPackage]:
    """The packages one after the other, without files; within each block of people in order of sending."""
    for block in _blocks(settings):
        for package in block.packages:
            yield write_package(package, settings)


def generate_province(
    settings: ProvinceSettings, out: Path, progress: Callable[[int, int], None] | None = None
) -> ProvinceSummary:
    """Writes packages/<version>/<facility>/…, refused/, households.csv, station-list.csv, facilities.csv, practitioners.csv
    and truth.csv under `out`.

    `progress` is called with the number of persons done and the number wanted.
    """
    out.mkdir(parents=True, exist_ok=True)
    summary = ProvinceSummary()
    write_facilities(out / "facilities.csv")
    write_practitioners(out / "practitioners.csv")
    write_refused(out / "refused" / "doctype.xml")
    with (
        (out / "households.csv").open("w", encoding="utf-8", newline="") as people_file,
        (out / "truth.csv").open("w", encoding="utf-8", newline="") as truth_file,
        (out / "station-list.csv").open("w", encoding="utf-8", newline="") as station_file,
    ):
        kept_by_stations = StationList(station_file, settings)
        people = csv.writer(people_file, lineterminator="\n")
        truth = csv.writer(truth_file, lineterminator="\n")
        people.writerow(PERSON_COLUMNS)
        truth.writerow(("package", "ma_lk", "case", "detail", "findings"))
        for block in _blocks(settings):
            for number, plan in enumerate(block.packages, 1):
                _write(write_package(plan, settings), out / "packages", summary)
                if progress is not None:
                    share = (block.last_person - block.first_person) * number // len(block.packages)
                    progress(min(block.first_person - 1 + share, settings.persons), settings.persons)
            for household in block.households:
                kept_by_stations.add(household)
            people.writerows(
                person_row(person, settings) for household in block.households for person in household.members
            )
            truth.writerows((case.package, case.ma_lk, case.case, case.detail, case.findings) for case in block.planted)
            summary.households += len(block.households)
            summary.persons += sum(len(household.members) for household in block.households)
            _add(summary.planted, Counter(case.case for case in block.planted))
    if progress is not None:
        progress(settings.persons, settings.persons)
    return summary


def _blocks(settings: ProvinceSettings) -> Iterator[_Block]:
    numbering = Numbering()
    next_household, next_person, number = 1, 1, 0
    while next_person <= settings.persons:
        first = next_person
        households: list[Household] = []
        while next_person <= settings.persons and next_person < first + _BLOCK:
            rng = Random(f"{settings.seed}/household/{next_household}")
            household = make_household(rng, next_household, next_person, settings.end)
            household.members = household.members[: settings.persons - next_person + 1]
            households.append(household)
            next_household += 1
            next_person += len(household.members)
        plans = _plans(households, settings, _enrolled(households, settings))
        packages = group(plans, numbering, settings.months_a_package)
        planted = plant(packages, settings, numbering, number)
        yield _Block(households, packages, planted, first, next_person)
        number += 1


def _enrolled(households: Iterable[Household], settings: ProvinceSettings) -> dict[int, Illness]:
    """Programme by number of the person."""
    adults = [
        person for household in households for person in household.members if 26 <= person.age(settings.end) <= 55
    ]
    chosen: dict[int, Illness] = {}
    for key, (first, step) in _PROGRAMMES.items():
        for person in adults[first::step]:
            chosen.setdefault(person.number, illnesses("programmes")[key])
    return chosen


def _plans(
    households: Iterable[Household], settings: ProvinceSettings, enrolled: dict[int, Illness]
) -> Iterator[VisitPlan]:
    for household in households:
        rng = Random(f"{settings.seed}/visits/{household.number}")
        births = plan_births(rng, household, settings)
        for person in household.members:
            plans = plan_person(rng, person, settings, enrolled.get(person.number)) + births.get(person.number, [])
            yield from settle(plans, settings)


def _write(package: GeneratedPackage, folder: Path, summary: ProvinceSummary) -> None:
    path = folder / package.version / package.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(package.content)
    summary.packages += 1
    _add(summary.visits, {package.version: package.visits})
    _add(summary.lines, package.table_lines)


def _add(totals: dict[str, int], counts: Mapping[str, int]) -> None:
    for key, count in counts.items():
        totals[key] = totals.get(key, 0) + count
