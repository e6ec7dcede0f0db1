"""The list of households as stations keep it by hand: without numbers here and there, a slip now and then.

Some residents stand in it under what a neighbour said of them, so that they get a second record: what the review desk is
for. Two rows are wrong and are named.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from random import Random
from typing import TextIO

from hoso.demo.households import Household
from hoso.demo.listings import PERSON_COLUMNS, person_row
from hoso.demo.settings import ProvinceSettings

_SLIP_EVERY = 24  # persons: enough for a desk of a small province
_NUMBERS = ("personal_id", "insurance_number", "card")
_SLIPS = ("year only", "swapped", "moved")
_WRONG = {"sex": "x", "born": "31/02/1990"}  # in a row of its own each


class StationList:
    """Writes the list household by household. households.csv beside it is what is true."""

    def __init__(self, file: TextIO, settings: ProvinceSettings) -> None:
        self._lines = csv.DictWriter(file, PERSON_COLUMNS, lineterminator="\n")
        self._settings = settings
        self._lines.writeheader()

    def add(self, household: Household) -> None:
        rng = Random(f"{self._settings.seed}/station list/{household.number}")
        for person in household.members:
            row = dict(zip(PERSON_COLUMNS, person_row(person, self._settings), strict=True))
            if person.number == 1:
                self._lines.writerows(_wrong(row))
            self._lines.writerow(_slipped(rng, row) if person.number % _SLIP_EVERY == 0 else row)


def _wrong(row: Mapping[str, object]) -> Iterator[dict[str, object]]:
    for number, (column, value) in enumerate(_WRONG.items(), 1):
        yield {**row, **dict.fromkeys(_NUMBERS, ""), "person": f"S{number}", column: value}


def _slipped(rng: Random, row: dict[str, object]) -> dict[str, object]:
    """The row without any number, and with one thing put down otherwise than it is."""
    slip = rng.choice(_SLIPS)
    said = {**row, **dict.fromkeys(_NUMBERS, "")}
    if slip == "year only":
        said["born"] = str(row["born"])[:4]
    elif slip == "swapped":
        first, *rest = str(row["name"]).split()
        said["name"] = " ".join([*rest, first])
    else:
        said["address"] = f"Số {rng.randint(1, 250)}, Ấp 9 (mẫu)"
    return said
