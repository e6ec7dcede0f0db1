"""The number the house gives a person: `HS`, ten digits, two check digits (ISO 7064, MOD 97-10).

The check finds every wrong digit and every two that changed places. The number says nothing of its bearer.
"""

import re

_NUMBER = re.compile(r"HS(\d{10})(\d{2})\Z")


def hoso_number(serial: int) -> str:
    """The number of a serial from 1 to 9,999,999,999. Raises ValueError beyond."""
    if not 0 < serial < 10**10:
        raise ValueError(f"no HoSo number has the serial {serial}")
    return f"HS{serial:010}{_check(f'{serial:010}')}"


def is_hoso_number(text: str) -> bool:
    """Whether this is a whole number whose check digits fit."""
    found = _NUMBER.match(text)
    return found is not None and _check(found[1]) == found[2]


def _check(digits: str) -> str:
    return f"{98 - int(digits) * 100 % 97:02}"
