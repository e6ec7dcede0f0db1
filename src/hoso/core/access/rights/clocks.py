"""The law's clocks for requests of the person (``definitions/access/rights.yaml``; NĐ 356/2025 Đ5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.periods.calendar import add_working_days, is_working_day

Unit = Literal["working_days", "calendar_days"]


@dataclass(frozen=True, slots=True)
class RequestKind:
    """A kind of request: days to carry it out, where others must act too, and of the one extension."""

    key: str
    article: str
    days: int
    through_others: int
    extension: int
    title_vi: str
    title_en: str


@dataclass(frozen=True)
class RightsRules:
    reply_days: int
    reply_unit: Unit
    unit: Unit
    kinds: Mapping[str, RequestKind]
    restrictable: tuple[str, ...]


@cache
def rights_rules() -> RightsRules:
    given = read_definition(definitions_folder() / "access" / "rights.yaml")
    kinds = {entry["key"]: RequestKind(**entry) for entry in given["kinds"]}
    reply = given["reply"]
    return RightsRules(
        reply["days"], reply["unit"], given["unit"], MappingProxyType(kinds), tuple(given["restrictable"])
    )


def end_of(received: date, days: int, unit: Unit) -> date:
    """The last day of a term that begins with the receipt: that day does not count, and a term of calendar days that
    would end on a day off ends on the next working day (Bộ luật Dân sự 2015 Đ147.2, Đ148.5).

    Raises HosoError HS1102 for a year without a calendar.
    """
    if unit == "working_days":
        return add_working_days(received, days)
    day = received + timedelta(days=days)
    return day if is_working_day(day) else add_working_days(day, 0)


def reply_due(received: date) -> date:
    """By when the person must have an answer that the request is in hand."""
    rules = rights_rules()
    return end_of(received, rules.reply_days, rules.reply_unit)


def due(kind: str, received: date, through_others: bool) -> date:
    """By when the request must be carried out. Raises KeyError for an unknown kind."""
    rules = rights_rules()
    found = rules.kinds[kind]
    return end_of(received, found.through_others if through_others else found.days, rules.unit)


def extended_due(kind: str, received: date, through_others: bool, more: int) -> date:
    """The end after the one extension by so many days, counted on from the term itself and not from its next working day.

    Raises ValueError for more days than the law gives, or none.
    """
    rules = rights_rules()
    found = rules.kinds[kind]
    if not 1 <= more <= found.extension:
        raise ValueError(f"{kind} is extended by 1 to {found.extension} days")
    return end_of(received, (found.through_others if through_others else found.days) + more, rules.unit)
