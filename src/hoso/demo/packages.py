"""Packages: which visits a facility sends together, and the envelope around them."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from hoso.demo.claims import Tables, tables_of
from hoso.demo.clock import ymd
from hoso.demo.courses import VisitPlan
from hoso.demo.facilities import Facility
from hoso.demo.settings import GeneratedPackage, ProvinceSettings
from hoso.demo.tables import DECLARATION, table
from hoso.demo.versions import version_of
from hoso.demo.visits import make_visit

COMMENT = "<!-- DỮ LIỆU TỔNG HỢP / SYNTHETIC DATA - HoSo -->\n"
_ROOT = (
    '<GIAMDINHHS xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
)
_MOST_VISITS = 40

Change = Callable[[Tables], None]


@dataclass(slots=True)
class Item:
    """A visit in a package, with a planted change to its tables if any."""

    plan: VisitPlan
    change: Change | None = None


@dataclass(slots=True)
class PackagePlan:
    """A package before it is written; `made` is NGAYLAP."""

    file_name: str
    facility: Facility
    version: str
    made: date
    items: list[Item] = field(default_factory=list)


class Numbering:
    """Gives each package of a facility and day its own file name."""

    def __init__(self) -> None:
        self._used: Counter[tuple[str, date]] = Counter()

    def file_name(self, facility: Facility, made: date) -> str:
        self._used[facility.code, made] += 1
        return f"{facility.code}/{ymd(made)}-{self._used[facility.code, made]}.xml"


def group(plans: Iterable[VisitPlan], numbering: Numbering, months: int) -> list[PackagePlan]:
    """One package for each facility and so many months, cut into parts of at most 40 visits, in order of sending.

    The period ends with a month that `months` divides; no version of the XML begins within one.
    """
    periods: dict[tuple[int, int, str], list[VisitPlan]] = {}
    for plan in plans:
        last_month = -(-plan.ended.month // months) * months
        periods.setdefault((plan.ended.year, last_month, plan.facility.code), []).append(plan)
    packages: list[PackagePlan] = []
    for (year, month, _), listed in sorted(periods.items(), key=lambda entry: entry[0]):
        listed.sort(key=lambda plan: (plan.ended, plan.ma_lk))
        made = (date(year, month, 28) + timedelta(days=4)).replace(day=3)
        facility = listed[0].facility
        for start in range(0, len(listed), _MOST_VISITS):
            items = [Item(plan) for plan in listed[start : start + _MOST_VISITS]]
            packages.append(
                PackagePlan(
                    numbering.file_name(facility, made), facility, version_of(date(year, month, 1)), made, items
                )
            )
    return packages


def write_package(package: PackagePlan, settings: ProvinceSettings) -> GeneratedPackage:
    """The file as bytes, with counts of its lines."""
    counts: Counter[str] = Counter()
    claims = [_claim(item, package, settings, counts) for item in package.items]
    text = (
        f"{DECLARATION}{COMMENT}{_ROOT}\n<THONGTINDONVI><MACSKCB>{package.facility.code}</MACSKCB></THONGTINDONVI>\n"
        f"<THONGTINHOSO><NGAYLAP>{ymd(package.made)}</NGAYLAP><SOLUONGHOSO>{len(claims)}</SOLUONGHOSO>"
        f"<DANHSACHHOSO>\n{''.join(claims)}</DANHSACHHOSO></THONGTINHOSO>\n<CHUKYDONVI></CHUKYDONVI>\n</GIAMDINHHS>\n"
    )
    return GeneratedPackage(
        package.file_name,
        package.facility.code,
        package.version,
        text.encode(),
        len(claims),
        counts.total(),
        dict(counts),
    )


def _claim(item: Item, package: PackagePlan, settings: ProvinceSettings, counts: Counter[str]) -> str:
    tables = tables_of(make_visit(item.plan, settings.seed, settings.lines_per_visit))
    if item.change is not None:
        item.change(tables)
    parts: list[str] = []
    for number, rows in tables.items():
        shape = table(package.version, number)
        if shape is None:
            continue
        counts[f"XML{number}"] += len(rows)
        content = _enclosed(shape.write(rows), package.facility.style)
        parts.append(f"<FILEHOSO><LOAIHOSO>XML{number}</LOAIHOSO><NOIDUNGFILE>{content}</NOIDUNGFILE></FILEHOSO>\n")
    return f"<HOSO>\n{''.join(parts)}</HOSO>\n"


def _enclosed(inner: str, style: str) -> str:
    """NOIDUNGFILE as the facility's software writes it."""
    if style == "inline":
        return inner
    if style == "cdata":
        return f"<![CDATA[{DECLARATION}{inner}]]>"
    return b64encode(f"{DECLARATION}{inner}".encode()).decode("ascii")
