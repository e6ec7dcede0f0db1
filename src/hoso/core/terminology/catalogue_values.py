"""What a cell of a catalogue's own column must hold, by the kind of the column."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime

from hoso.core.terminology.catalogues import Column
from hoso.core.terminology.gtin import NotAGtin, gtin14
from hoso.core.vietnamese.folding import fold

DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
FLAGS = {"1": True, "x": True, "co": True, "true": True, "0": False, "khong": False, "false": False}
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
# What registration numbers look like before and after TT 08/2022 (secondary): VD-12345-12, VN1-…, 893110287423.
REGISTRATION = re.compile(r"[A-Z0-9]{2,6}(?:-[A-Z0-9]{1,6}){1,4}|[0-9]{12}")
LOINC = re.compile(r"[0-9]{1,6}-[0-9]")
ICD9CM = re.compile(r"[0-9]{2}(?:\.[0-9]{1,2})?")
LONGEST = 1000
Value = str | float | bool


class Unfit(ValueError):
    """`error`: the code of what is wrong."""

    def __init__(self, error: str = "HS6009") -> None:
        super().__init__(error)
        self.error = error


def value_of(column: Column, text: str) -> Value | list[Value]:
    """What the cell says; of a column with `many`, each part. Raises Unfit."""
    if not column.many:
        return _one(column, text)
    return [_one(column, part.strip()) for part in text.split(";") if part.strip()]


def registration(text: str) -> str:
    """A registration number as it is compared: no spaces, one kind of dash, capitals. Its shape is not checked: the shapes that
    are known are from secondary sources."""
    return "".join(DASHES.sub("-", text).split()).upper()


def usual_registration(number: str) -> bool:
    """Whether it looks like the numbers that are known."""
    return REGISTRATION.fullmatch(number) is not None


def _one(column: Column, text: str) -> Value:
    if len(text) > LONGEST:
        raise Unfit
    value = READERS[column.kind](text)
    if column.one_of and value not in column.one_of:
        raise Unfit
    return value


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise Unfit from None
    if not math.isfinite(number):
        raise Unfit
    return number


def _date(text: str) -> str:
    for form in DATE_FORMATS:
        try:
            found: date = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return found.isoformat()
    raise Unfit


def _flag(text: str) -> bool:
    known = FLAGS.get(fold(text))
    if known is None:
        raise Unfit
    return known


def _gtin(text: str) -> str:
    try:
        return gtin14(text)
    except NotAGtin as error:
        raise Unfit(error.error) from error


def _loinc(text: str) -> str:
    """A LOINC code ends in a check digit of mod 10 (Luhn)."""
    if not LOINC.fullmatch(text):
        raise Unfit
    total = 0
    for place, digit in enumerate(reversed(text[:-2])):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    if str(-total % 10) != text[-1]:
        raise Unfit("HS6203")
    return text


def _icd9cm(text: str) -> str:
    if not ICD9CM.fullmatch(text):
        raise Unfit
    return text


READERS: dict[str, Callable[[str], Value]] = {
    "text": lambda text: " ".join(text.split()), "number": _number, "date": _date, "flag": _flag, "gtin": _gtin, "loinc": _loinc,
    "icd9cm": _icd9cm, "registration": registration,
}  # fmt: skip
