"""A slow, plain count of 8/BCT in the store: doses and patients read one by one, rules written out by hand.

Nothing here uses the definitions, the view or the conditions of `from_record`: vaccines, ages and doses are told again.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

import orjson

Rows = Callable[..., list[tuple[Any, ...]]]  # asks the store: a statement and its values
VIET_NAM = timezone(timedelta(hours=7))
CVX = "http://hl7.org/fhir/sid/cvx"
ATC = "http://www.whocc.no/atc"
KINDS = {
    (CVX, "08"): "hepb", (CVX, "19"): "bcg", (ATC, "J07AN01"): "bcg", (CVX, "198"): "five", (ATC, "J07CA11"): "five",
    (CVX, "146"): "six", (CVX, "178"): "opv", (CVX, "10"): "ipv", (CVX, "122"): "rota", (CVX, "05"): "measles",
    (CVX, "04"): "mr", (CVX, "129"): "je", (CVX, "01"): "dpt", (CVX, "139"): "td", (CVX, "112"): "tt",
    (CVX, "140"): "flu",
}  # fmt: skip


def slow_count(rows: Rows, facility: int, first: date, last: date) -> Counter[str]:
    """The form's rows, counted dose by dose."""
    people = {person: patient for person, _, patient in _stored(rows, "Patient")}
    found: Counter[str] = Counter()
    for person, where, dose in _stored(rows, "Immunization"):
        if where == facility and _given_here(dose) and (day := _day(dose)) and first <= day <= last:
            found.update(_rows_of(dose, day, people[person]))
    return found


def _given_here(dose: dict[str, Any]) -> bool:
    return dose["status"] == "completed" and dose.get("primarySource") is not False and not dose.get("isSubpotent")


def _day(dose: dict[str, Any]) -> date | None:
    told = dose.get("occurrenceDateTime", "")
    if "T" in told:
        return datetime.fromisoformat(told).astimezone(VIET_NAM).date()
    return date.fromisoformat(told) if len(told) == 10 else None


def _rows_of(dose: dict[str, Any], day: date, patient: dict[str, Any]) -> Iterator[str]:
    born = date.fromisoformat(patient["birthDate"])
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    (coding,) = dose["vaccineCode"]["coding"]
    kind = KINDS[coding["system"], coding["code"]]
    number = next((int(one["doseNumberPositiveInt"]) for one in dose.get("protocolApplied", [])), 0)
    reason = "".join(code["code"] for one in dose.get("reasonCode", []) for code in one["coding"])
    if kind == "hepb" and (day - born).days in (0, 1):
        yield "IMM_HEPB0"
    if months < 12:
        if kind == "bcg":
            yield "IMM_BCG"
        if kind in ("five", "six") and number in (1, 2, 3):
            yield "IMM_PENTA"
        if kind == "opv" and number in (1, 2, 3):
            yield "IMM_OPV"
        if kind in ("ipv", "six") and number in (1, 2):
            yield "IMM_IPV"
        if kind == "rota" and number in (1, 2, 3):
            yield "IMM_ROTA"
        if kind in ("measles", "mr") and number == 1:
            yield "IMM_MCV1"
    if kind == "je" and 12 <= months < 60 and number in (1, 2, 3):
        yield "IMM_JE"
    if kind == "mr" and 18 <= months < 24:
        yield "IMM_MR"
    if kind in ("dpt", "five", "six") and 12 <= months < 24 and number == 4:
        yield "IMM_DPT4"
    if kind == "td" and 84 <= months < 96:
        yield "IMM_TD7"
    if kind in ("tt", "td") and patient["gender"] == "female" and reason[:1] in ("O", "Z") and 2 <= number <= 5:
        yield "IMM_TT2"


def _stored(rows: Rows, type_name: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(person, facility, content) of every current resource of a type."""
    found = rows(
        "SELECT person_id, facility_id, body FROM records_resource WHERE type = %s AND NOT deleted",
        {"Immunization": 62, "Patient": 103}[type_name],
    )
    for person, facility, body in found:
        yield person, facility, orjson.loads(bytes(body))
