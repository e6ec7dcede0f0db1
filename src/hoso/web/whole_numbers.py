"""A whole number of a form or an address, read in one way: digits 0–9, no sign, within what the field may hold."""

from django.http import QueryDict

from hoso.core.errors import HosoError

LARGEST = 10**18 - 1  # fits a bigint
_SHOWN = 40  # characters of what was refused


def whole(given: QueryDict, name: str, *, default: int | None = None, least: int = 0, most: int = LARGEST) -> int:
    """The number; `default` where the field is missing or blank. Raises HosoError HS9004 for anything else, and for a blank
    field without a default."""
    found = whole_or_none(given, name, least=least, most=most)
    if found is not None:
        return found
    if default is None:
        raise HosoError("HS9004", name=name, value="")
    return default


def whole_or_none(given: QueryDict, name: str, *, least: int = 0, most: int = LARGEST) -> int | None:
    """The number, None where the field is missing or blank. Raises HosoError HS9004 for anything else."""
    text = given.get(name, "").strip()
    if not text:
        return None
    # isdigit alone takes digits of other scripts; the length first, so that no endless number is ever worked out.
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))) or not least <= int(text) <= most:
        raise HosoError("HS9004", name=name, value=text[:_SHOWN])
    return int(text)
