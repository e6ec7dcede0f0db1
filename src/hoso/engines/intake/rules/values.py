"""Values of a visit as rules read them: numbers as Decimal, dates as their digits, lists as their parts.

A value that cannot be read, or that has a finding already, is UNJUDGED: whatever needs it is unknown, and a rule whose
answer is unknown says nothing. One cause gives one finding.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from hoso.engines.intake.sent import Values

UNJUDGED = "\x00"
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?\Z")
NO_VALUES: Values = {}


@dataclass(slots=True)
class Place:
    """One line being judged, within its visit. `right` holds what wrong amounts should have been."""

    values: Values
    summary: Values
    package: Values
    tables: dict[int, list[Values]]
    right: dict[tuple[int, int, str], Decimal] = field(default_factory=dict)
    named: dict[str, Decimal | None] = field(default_factory=dict)


@lru_cache(maxsize=16384)
def number(text: str) -> Decimal | None:
    """The exact number, None for what is none."""
    return Decimal(text) if _NUMBER.match(text) else None


@lru_cache(maxsize=16384)
def parts(text: str) -> tuple[str, ...]:
    """The values of a list written with `;`."""
    return tuple(one for one in (part.strip() for part in text.split(";")) if one)
