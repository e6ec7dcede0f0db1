"""A slow, plain count of 14/BCT in the store: resources read one by one, rules written out by hand.

Nothing here uses the definitions, the view or the conditions of `from_record`: chapters, classes and codes are told again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

import orjson

from hoso.engines.records.resource_types import NUMBERS

Visit = tuple[int, dict[str, Any], int, date, str]  # facility, content, sex, birth date, chapter of the main diagnosis
Rows = Callable[..., list[tuple[Any, ...]]]  # asks the store: a statement and its values
VIET_NAM = timezone(timedelta(hours=7))
CHAPTERS = {
    "i": ("A00", "B99"), "ii": ("C00", "D48"), "iii": ("D50", "D89"), "iv": ("E00", "E90"), "v": ("F00", "F99"),
    "vi": ("G00", "G99"), "vii": ("H00", "H59"), "viii": ("H60", "H95"), "ix": ("I00", "I99"), "x": ("J00", "J99"),
    "xi": ("K00", "K93"), "xii": ("L00", "L99"), "xiii": ("M00", "M99"), "xiv": ("N00", "N99"), "xv": ("O00", "O99"),
    "xvi": ("P00", "P96"), "xvii": ("Q00", "Q99"), "xviii": ("R00", "R99"), "xix": ("S00", "T98"), "xx": ("V01", "Y98"),
    "xxi": ("Z00", "Z99"), "xxii": ("U00", "U99"),
}  # fmt: skip


def read_visits(rows: Rows) -> tuple[Visit, ...]:
    """Every visit there is."""
    codes = {content["id"]: content["code"]["coding"][0]["code"] for _, _, content in _stored(rows, "Condition")}
    people = {row[0]: row[1:] for row in rows("SELECT person_id, sex, birth_date FROM people_person")}
    return tuple(
        (where, visit, *people[person], chapter_of(visit, codes)) for person, where, visit in _stored(rows, "Encounter")
    )


def slow_count(visits: Iterable[Visit], facility: int, first: date, last: date) -> Counter[tuple[str, tuple[str, ...]]]:
    """The form, counted visit by visit."""
    found: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for where, visit, sex, born, chapter in visits:
        if where == facility and ended_within(visit, first, last) and chapter:
            for row in rows_of_visit(visit, sex, born):
                found[row, (chapter,)] += 1
    return found


def ended_within(visit: dict[str, Any], first: date, last: date) -> bool:
    return "end" in visit.get("period", {}) and first <= day(visit["period"]["end"]) <= last


def chapter_of(visit: dict[str, Any], codes: dict[str, str]) -> str:
    for use in visit.get("diagnosis", []):
        if use["use"]["coding"][0]["code"] == "DD":
            group = codes[use["condition"]["reference"].split("/")[1]][:3]
            return next((name for name, (low, high) in CHAPTERS.items() if low <= group <= high), "")
    return ""


def rows_of_visit(visit: dict[str, Any], sex: int, born: date) -> Iterator[str]:
    arrived = day(visit["period"]["start"])
    age = arrived.year - born.year - ((arrived.month, arrived.day) < (born.month, born.day))
    result = kind = ""
    for coding in visit.get("hospitalization", {}).get("dischargeDisposition", {}).get("coding", []):
        if coding["system"].endswith("/ket-qua-dtri"):
            result = coding["code"]
    for concept in visit.get("type", []):
        kind = concept["coding"][0]["code"]
    if visit["class"]["code"] == "IMP":
        yield "IPD_C"
        if sex == 2:
            yield "IPD_CF"
        if age < 15:
            yield "IPD_C15"
        if age < 5:
            yield "IPD_C5"
        if result == "5":
            yield "IPD_D"
            if sex == 2:
                yield "IPD_DF"
            if age < 15:
                yield "IPD_D15"
            if age < 5:
                yield "IPD_D5"
        if result == "6":
            yield "IPD_GRAVE"
    elif kind != "07":
        yield "OPD_TOTAL"
        if sex == 2:
            yield "OPD_F"
        if age < 15:
            yield "OPD_U15"
        if result == "8":
            yield "OPD_DOA"


def _stored(rows: Rows, type_name: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(person, facility, content) of every current resource of a type."""
    found = rows(
        "SELECT person_id, facility_id, id, body FROM records_resource WHERE type = %s AND NOT deleted",
        NUMBERS[type_name],
    )
    for person, facility, id_, body in found:
        yield person, facility, {**orjson.loads(bytes(body)), "id": id_}


def day(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(VIET_NAM).date()
