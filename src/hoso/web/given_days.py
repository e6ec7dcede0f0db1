"""A day of a form or an address, read in one way: yyyy-mm-dd."""

from datetime import date

from hoso.core.errors import HosoError

_SHOWN = 40  # characters of what was refused


def given_day(name: str, text: str) -> date:
    """The day that the field says. Raises HosoError HS9004 for anything else, a blank one too."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HosoError("HS9004", name=name, value=text[:_SHOWN]) from None
