"""Finding data, periods and places by what somebody types: without accents, by code, every word somewhere in the name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import parse_period, period_of
from hoso.core.vietnamese.folding import fold
from hoso.engines.statistics.analytics.record_counts import RECORD
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.engines.statistics.value_types import NUMERIC, YES_NO
from hoso.web.dhis2.asked_units import UnitItem
from hoso.web.explorer.names import RATE_WORDS, RECORD_WORDS, Words
from hoso.web.staff.period_titles import period_title

MOST_FOUND = 12
PROVINCE_LEVEL, FACILITIES = 2, "level:4"  # of the tree: the country is 1
RELATIVE: dict[str, Words] = {
    "LAST_12_MONTHS": ("12 tháng vừa qua", "last 12 months"),
    "LAST_6_MONTHS": ("6 tháng vừa qua", "last 6 months"),
    "LAST_3_MONTHS": ("3 tháng vừa qua", "last 3 months"),
    "LAST_MONTH": ("tháng trước", "last month"),
    "THIS_MONTH": ("tháng này", "this month"),
    "MONTHS_THIS_YEAR": ("các tháng trong năm nay", "months of this year"),
    "LAST_4_QUARTERS": ("4 quý vừa qua", "last 4 quarters"),
    "QUARTERS_THIS_YEAR": ("các quý trong năm nay", "quarters of this year"),
    "LAST_QUARTER": ("quý trước", "last quarter"),
    "THIS_YEAR": ("năm nay", "this year"),
    "LAST_YEAR": ("năm trước", "last year"),
    "LAST_5_YEARS": ("5 năm vừa qua", "last 5 years"),
}
folded = lru_cache(maxsize=20_000)(fold)


@dataclass(frozen=True, slots=True)
class Hit:
    """What may be chosen: its word in the address, its name, what it is."""

    word: str
    name: Words
    kind: Words


def find_data(text: str) -> list[Hit]:
    """Indicators, counts of the record, elements that can be added up, reporting rates."""
    found = [
        Hit(one.uid, (one.title_vi, one.title_en), ("Chỉ số", "Indicator"))
        for one in (*reckoned_indicators().values(), *kept_indicators().values())
        if _fits(text, one.title_vi, one.title_en, one.code)
    ]
    found += [
        Hit(f"{RECORD}.{name}", words, ("Hồ sơ", "Record"))
        for name, words in RECORD_WORDS.items()
        if _fits(text, *words, f"{RECORD}.{name}")
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uid, coalesce(code, ''), name, name_en FROM statistics_element"
            " WHERE aggregation <> 'none' AND value_type = ANY (%s) ORDER BY name, id",
            [[*NUMERIC, *YES_NO]],
        )
        elements = cursor.fetchall()
        cursor.execute("SELECT uid, coalesce(code, ''), name, name_en FROM statistics_data_set ORDER BY name, id")
        sets = cursor.fetchall()
    found += [
        Hit(uid, (vi, en or vi), ("Chỉ tiêu", "Data element")) for uid, code, vi, en in elements if _fits(text, vi, en, code)
    ]  # fmt: skip
    for uid, code, vi, en in sets:
        for rate, (rate_vi, rate_en) in RATE_WORDS.items():
            if _fits(text, f"{vi} {rate_vi}", f"{en} {rate_en}", code):
                name = (f"{vi}: {rate_vi}", f"{en or vi}: {rate_en}")
                found.append(Hit(f"{uid}.{rate}", name, ("Nộp báo cáo", "Reporting")))
    return _first(found, text)


def find_periods(text: str, today: date) -> list[Hit]:
    """Relative words, a period by its id or by the words of its title: `2026`, `202601`, `quý 1/2026`."""
    found = [
        Hit(word, words, ("Tính từ hôm nay", "From today")) for word, words in RELATIVE.items() if _fits(text, *words)
    ]
    try:
        period = parse_period(text.strip())
        return [Hit(period.id, period_title(period), ("Kỳ", "Period")), *found][:MOST_FOUND]
    except HosoError:
        pass
    for kind, count in ((PeriodType.MONTH, 36), (PeriodType.QUARTER, 16), (PeriodType.YEAR, 8)):
        period = period_of(kind, today)
        for _ in range(count):
            if _fits(text, *period_title(period)):
                found.append(Hit(period.id, period_title(period), ("Kỳ", "Period")))
            period = period.previous()
    return found[:MOST_FOUND]


def find_places(text: str, tree: Mapping[str, UnitItem]) -> list[Hit]:
    """Units of today, each that has units below it also with them, a province with its facilities; the higher level first."""
    found = []
    for uid, one in tree.items():
        name, above = one.thing["name"], one.thing["parent"]
        if not _fits(text, name, "", one.thing["code"]):
            continue
        kind = above["name"] if above else ""
        found.append(Hit(uid, (name, name), (kind, kind)))
        if one.thing["children"] and len(found) < MOST_FOUND:
            below = (f"{name}: các đơn vị trực thuộc", f"{name}: units below")
            found.append(Hit(f"{uid}/children", below, (kind, kind)))
        if one.thing["level"] == PROVINCE_LEVEL and len(found) < MOST_FOUND:
            inside = (f"{name}: các cơ sở", f"{name}: facilities")
            found.append(Hit(f"{uid};{FACILITIES}", inside, (kind, kind)))
        if len(found) >= MOST_FOUND:
            break
    return found


def _fits(text: str, *names: str) -> bool:
    words = folded(text).split()
    whole = " ".join(folded(name) for name in names)
    return all(word in whole for word in words)


def _first(found: Iterable[Hit], text: str) -> list[Hit]:
    """Names that begin with the text before others."""
    start = folded(text)
    return sorted(found, key=lambda hit: not folded(hit.name[0]).startswith(start))[:MOST_FOUND]
