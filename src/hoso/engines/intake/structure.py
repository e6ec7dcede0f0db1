"""Structural checks of a visit against its decision: required, length, number, date, code, unknown tags.

One cause gives one finding: a value too long is not judged as a date too. How hard a finding bites follows the evidence of the rule: official rules are errors and send the visit to
quarantine, others warn. A few fields are errors always, because without them nothing can be filed.
"""

import re
import sys
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from itertools import compress
from operator import gt, itemgetter

from hoso.engines.intake.exchange import Decision, Field, Table
from hoso.engines.intake.moments import is_valid_moment
from hoso.engines.intake.sent import Finding, SentVisit, Values

# Without these a visit cannot be tied to a facility, a person and a day.
ESSENTIAL = frozenset({"MA_LK", "MA_BN", "HO_TEN", "NGAY_SINH", "GIOI_TINH", "NGAY_VAO"})
# The store finds visits and persons by these, and an index holds no longer ones, whatever the evidence of a size.
KEYS = frozenset({"MA_LK", "MA_BN", "SO_CCCD", "MA_THE", "MA_THE_BHYT", "DIEN_THOAI"})
KEY_SIZE, FACILITY_SIZE = 500, 10
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
MAX_FINDINGS = 500
MOST_REMEMBERED = 5_000
MOST_TAGS = 200  # of a line whose shape is remembered


def check_structure(visit: SentVisit, decision: Decision, left: date | None) -> list[Finding]:
    """Every structural finding of the visit, at most 500."""
    findings: list[Finding] = []
    if not visit.tables.get(1) and 0 not in visit.tables:
        findings.append(Finding("HS3109", "error", 1, 0, "", ""))
    if len(visit.tables.get(1, ())) > 1:
        findings.append(Finding("HS3017", "error", 1, 2, "", ""))
    ma_lk = visit.ma_lk
    for number, lines in sorted(visit.tables.items()):
        table = decision.tables.get(number)
        if table is None or not table.path:
            findings.append(Finding("HS3009", "warning", number, 0, "", ""))
            continue
        for position, values in enumerate(lines, start=1):
            _check_line(findings, table, position, values, left or date.max)
            if (sent := values.get("MA_LK")) and ma_lk and sent != ma_lk and len(ma_lk) <= KEY_SIZE >= len(sent):
                findings.append(
                    Finding(
                        "HS3107", "error", number, position, "MA_LK", sent[:200], {"expected": ma_lk}, "structure.ma_lk"
                    )
                )
        if len(findings) > MAX_FINDINGS:
            break
    return findings[:MAX_FINDINGS]


def _check_line(findings: list[Finding], table: Table, position: int, values: Values, left: date) -> None:
    limits, required = (_shape if len(values) <= MOST_TAGS else _shape.__wrapped__)(table, tuple(values))
    lengths = [*map(len, values.values()), 0]
    # Nearly every value is within its limit; the rest are looked at one by one.
    suspects = compress(values.items(), map(gt, lengths, limits))
    sound = _sound_values(table, left)
    for tag, value in suspects:
        if tag not in table.field_by_name:
            findings.append(
                Finding("HS3105", "notice", table.number, position, str(tag)[:60], value[:200], {}, "structure.tag")
            )
        elif (tag, value) not in sound:
            before = len(findings)
            _check_value(findings, table, position, table.field_by_name[tag], value, left)
            if len(findings) == before and len(sound) < MOST_REMEMBERED:
                sound.add((tag, value))
    if not all(required(lengths)):
        for field in _required_fields(table):
            if not values.get(field.name) and not any(map(values.get, field.aliases)):
                _check_missing(findings, table, position, field, left)


@lru_cache(maxsize=1024)
def _shape(table: Table, tags: tuple[str, ...]) -> tuple[tuple[int, ...], Callable[[list[int]], tuple[int, ...]]]:
    """Of lines with these tags: the length up to which each value cannot be wrong, below any for a tag that is not known, and
    what takes the lengths of required values. One that may be under another name, or is not there, counts as empty: the
    length behind the last."""
    harmless = _harmless_lengths(table)
    limits = tuple(harmless.get(tag, -1) for tag in tags)
    places = [tags.index(field.name) if field.name in tags else len(tags) for field in _required_fields(table)]
    return limits, _getter(places)


def _getter(places: list[int]) -> Callable[[list[int]], tuple[int, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda lengths: tuple(lengths[place] for place in places)


@cache
def _harmless_lengths(table: Table) -> dict[str, int]:
    """By tag, the length up to which a value cannot be wrong: most are short texts, and this runs for every value."""
    return {
        name: min(field.max_length or sys.maxsize, _most(field) if table.number == 1 else sys.maxsize)
        if field.type == "string" and not field.codes
        else 0
        for name, field in table.field_by_name.items()
    }


@lru_cache(maxsize=256)
def _sound_values(table: Table, left: date) -> set[tuple[str, str]]:
    """Tags with values that were found right already: most amounts and codes come again and again."""
    return set()


@cache
def _required_fields(table: Table) -> tuple[Field, ...]:
    return tuple(field for field in table.fields if field.required or _essential(table, field))


def _check_missing(findings: list[Finding], table: Table, position: int, field: Field, left: date) -> None:
    if _essential(table, field):
        findings.append(Finding("HS3101", "error", table.number, position, field.name, "", {}, "structure.required"))
    elif field.required_on(left):
        severity = _severity(field.required_evidence)
        findings.append(Finding("HS3101", severity, table.number, position, field.name, "", {}, "structure.required"))


def _check_value(findings: list[Finding], table: Table, position: int, field: Field, value: str, left: date) -> None:
    """One finding a value, the first that applies: too long, no number or date, no code of the list."""
    severity = _severity(field.size_evidence)
    limit = field.max_length_on(left)
    if table.number == 1 and len(value) > _most(field):
        limit, severity = _most(field), "error"
    if limit is not None and len(value) > limit:
        params = {"limit": str(limit), "length": str(len(value))}
        if field.type == "date" and _cannot_be_filed_without(table, field):
            severity = "error"
        found = ("HS3102", severity, params, "structure.size")
    elif field.type == "number" and not _NUMBER.match(value):
        found = ("HS3103", severity, {}, "structure.number")
    elif field.type == "date" and not _readable(field, value):
        severity = "error" if _cannot_be_filed_without(table, field) else severity
        found = ("HS3104", severity, {"format": field.format or ""}, "structure.date")
    elif field.codes and field.codes_hold_on(left) and not field.has_code(value):
        found = ("HS3108", _severity(field.codes_evidence), {}, "structure.code")
    else:
        return
    code, severity, params, rule = found
    findings.append(Finding(code, severity, table.number, position, field.name, value[:200], params, rule))


def _cannot_be_filed_without(table: Table, field: Field) -> bool:
    return _essential(table, field) or (table.number == 1 and field.name == "NGAY_RA")


def _most(field: Field) -> int:
    """The longest value of XML1 the store can take."""
    if field.name == "MA_CSKCB":
        return FACILITY_SIZE
    return KEY_SIZE if field.name in KEYS else sys.maxsize


def _readable(field: Field, value: str) -> bool:
    formats = (field.format or "yyyymmdd", *field.other_formats)
    values = value.split(field.separator) if field.separator else [value]
    return all(is_valid_moment(one.strip(), formats, field.unknown_parts) for one in values if one.strip())


def _essential(table: Table, field: Field) -> bool:
    return table.number == 1 and field.name in ESSENTIAL


def _severity(evidence: str) -> str:
    return "error" if evidence == "official" else "warning"
