"""What a value may be, by the value types of DHIS2, and how it is stored: a decimal, or a text as it was given."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

LONGEST_TEXT = 50_000
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?")
WHOLE = re.compile(r"([+-]?[0-9]{1,40})(?:\.0*)?")
TRUE = frozenset({"true", "t", "1", "y", "yes"})
FALSE = frozenset({"false", "f", "0", "n", "no"})

Stored = Decimal | str
# The test that a decimal must pass, of each numeric type.
NUMERIC: dict[str, Callable[[Decimal], bool]] = {
    "NUMBER": lambda number: True,
    "UNIT_INTERVAL": lambda number: 0 <= number <= 1,
    "PERCENTAGE": lambda number: 0 <= number <= 100,
    "INTEGER": lambda number: True,
    "INTEGER_POSITIVE": lambda number: number > 0,
    "INTEGER_NEGATIVE": lambda number: number < 0,
    "INTEGER_ZERO_OR_POSITIVE": lambda number: number >= 0,
}
YES_NO = frozenset({"BOOLEAN", "TRUE_ONLY"})
PATTERNS = {
    "LETTER": re.compile(r"[^\W\d_]"),
    "TIME": re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"),
    "EMAIL": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "PHONE_NUMBER": re.compile(r"[0-9+() ./#x-]{3,50}"),
    "COORDINATE": re.compile(r"\[\s*-?[0-9]+(?:\.[0-9]+)?\s*,\s*-?[0-9]+(?:\.[0-9]+)?\s*\]"),
    "URL": re.compile(r"https?://\S+"),
    "USERNAME": re.compile(r"\S{1,255}"),
    "ORGANISATION_UNIT": re.compile(r"[A-Za-z][A-Za-z0-9]{10}"),
}
FREE_TEXT = frozenset({"TEXT", "LONG_TEXT", "MULTI_TEXT", "GEOJSON"})
DATES = frozenset({"DATE", "AGE", "DATETIME"})
VALUE_TYPES = frozenset({*NUMERIC, *YES_NO, *PATTERNS, *FREE_TEXT, *DATES})


def read_value(given: str, kind: str) -> Stored | None:
    """The value as it is stored; None where it is none of this type. Yes and no are the decimals 1 and 0.

    Figures are decimals, never rounded; whole ones may end in ``.0``. A comma, NaN or infinity is no figure.
    """
    if kind in NUMERIC:
        return _number(given.strip(), kind)
    if kind in YES_NO:
        return _yes_no(given.strip().lower(), kind)
    if len(given) > LONGEST_TEXT or "\0" in given:
        return None
    if kind in DATES:
        return given if _is_date(given, kind) else None
    if kind in PATTERNS:
        return given if PATTERNS[kind].fullmatch(given) else None
    return given if kind in FREE_TEXT else None


def written(number: Decimal | None, text: str | None, kind: str) -> str:
    """The stored value as DHIS2 writes it."""
    if number is None:
        return text or ""
    if kind in YES_NO:
        return "true" if number else "false"
    return format(number, "f")


def _number(given: str, kind: str) -> Decimal | None:
    if kind.startswith("INTEGER"):
        found = WHOLE.fullmatch(given)
        number = Decimal(found.group(1)) if found else None
    else:
        number = Decimal(given) if NUMBER.fullmatch(given) else None
    return number if number is not None and NUMERIC[kind](number) else None


def _yes_no(given: str, kind: str) -> Decimal | None:
    if given in TRUE:
        return Decimal(1)
    return Decimal(0) if given in FALSE and kind == "BOOLEAN" else None


def _is_date(given: str, kind: str) -> bool:
    try:
        (datetime if kind == "DATETIME" else date).fromisoformat(given)
    except ValueError:
        return False
    return kind == "DATETIME" or len(given) == 10
