"""What a workbook is recognised by: which report it is, and which cell each of its rows is about."""

import hashlib
import json
from itertools import product
from typing import NamedTuple

from hoso.engines.statistics.forms import Form, Row
from hoso.engines.statistics.hints import Key

MARK = "hoso:report:1"  # in the first cell of the sheet of keys; the number is that of this arrangement
KEYS_SHEET = "HoSo"
# Above the columns that count, in a row that is not shown.
KEY_COLUMN, VALUE_COLUMN, WAS_COLUMN = "hoso:cell", "hoso:value", "hoso:was"


class Identity(NamedTuple):
    """Which report: keys of form and regime, uid of the unit, id of the period; `version` is that of the form's rows."""

    form: str
    regime: str
    unit: str
    period: str
    version: str


def form_version(form: Form) -> str:
    """Changes with what a cell means (rows, kinds of value, breakdown), not with how it is called."""
    meaning = [
        [row.key, row.value, [[one.key, [option.key for option in one.options]] for one in row.dimensions]]
        for row in form.rows
    ]
    return hashlib.sha256(json.dumps(meaning).encode()).hexdigest()[:12]


def cell_key(row: Row, options: tuple[str, ...]) -> str:
    """A row with one option of each of its dimensions, as `DEATHS|place_of_death=home`."""
    return "|".join([row.key, *(f"{one.key}={option}" for one, option in zip(row.dimensions, options, strict=True))])


def cells_of(form: Form) -> dict[str, Key]:
    """Every cell of the form by its key, in the form's order."""
    return {
        cell_key(row, options): (row.key, options)
        for row in form.rows
        for options in product(*([option.key for option in one.options] for one in row.dimensions))
    }
