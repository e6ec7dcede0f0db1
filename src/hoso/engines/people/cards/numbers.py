"""The number of a health card (`TK`, ten digits, two check digits, ISO 7064 MOD 97-10) and the text of its code.

Both say nothing of the bearer.
"""

import re

from hoso.engines.people.hoso_numbers import hoso_number, is_hoso_number

PREFIX = "HOSO-THE:"
_NUMBER = re.compile(r"TK\d{12}\Z", re.ASCII)


def card_number(serial: int) -> str:
    """The number of a serial from 1 to 9,999,999,999. Raises ValueError beyond."""
    return f"TK{hoso_number(serial)[2:]}"


def code_text(number: str) -> str:
    """What the code on the card says."""
    return PREFIX + number


def scanned_card(text: str) -> str | None:
    """The number, where the text is the code of a health card or its number typed; None for anything else."""
    number = text.strip().upper().removeprefix(PREFIX).replace(" ", "")
    return number if _NUMBER.match(number) and is_hoso_number(f"HS{number[2:]}") else None
