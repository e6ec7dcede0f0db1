"""Numbers, money, dates and sizes as a Vietnamese reader writes them (1.708.500 đ, 12,5, 07/03/2026)."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.translation import get_language

register = template.Library()

_DECIMAL = re.compile(r"[<>≤≥]?\s*-?\d+\.\d+")
_TO_VIETNAMESE = str.maketrans(",.", ".,")


def written(value: Decimal | float, language: str) -> str:
    """A number with separators of the language; decimals as given, without trailing zeros."""
    text = f"{Decimal(str(value)):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if language == "en" else text.translate(_TO_VIETNAMESE)


@register.filter
def number(value: Decimal | float | None) -> str:
    return "" if value is None else written(value, get_language() or "vi")


@register.filter
def shown_figure(value: Decimal) -> str:
    """A statistical figure with two decimals at most, rounded half away from zero."""
    return _rounded(value, get_language() or "vi")


@lru_cache(maxsize=10_000)  # a table of communes has the same small figures again and again
def _rounded(value: Decimal, language: str) -> str:
    return written(value.quantize(Decimal("0.01"), ROUND_HALF_UP), language)


@register.filter
def number_of(value: float) -> str:
    """A number that was reckoned, with two decimals at most."""
    return shown_figure(Decimal(repr(value)))


@register.filter
def per_cent(part: Decimal) -> str:
    """A share of one as per cent, with two decimals at most."""
    return f"{shown_figure(part * 100)} %"


@register.filter
def as_sent(text: str) -> str:
    """A measured value with the very digits that were sent; only the decimal point becomes the reader's."""
    return text if get_language() == "en" or not _DECIMAL.fullmatch(text) else text.replace(".", ",")


@register.filter
def dong(value: Decimal | int | None) -> str:
    """Money with its sign: `1.708.500 đ`."""
    return "" if value is None else f"{number(value)} đ"


@register.filter
def share(part: Decimal | int, whole: Decimal | int) -> str:
    """Per cent without decimals; what is more than nothing and less than one is `<1 %`."""
    if not whole or not part:
        return "0 %"
    per_cent = round(100 * part / whole)
    return f"{per_cent} %" if per_cent else "<1 %"


@register.filter
def day(value: date | datetime | None) -> str:
    """dd/mm/yyyy, in local time."""
    return "" if value is None else _local(value).strftime("%d/%m/%Y")


@register.filter
def moment(value: datetime | None) -> str:
    """dd/mm/yyyy HH:MM, in local time; without the time where it is midnight, as a date alone was sent."""
    if value is None:
        return ""
    local = _local(value)
    midnight = isinstance(local, datetime) and (local.hour, local.minute) == (0, 0)
    return local.strftime("%d/%m/%Y" if midnight else "%d/%m/%Y %H:%M")


@register.filter
def clock(value: datetime | None) -> str:
    """dd/mm/yyyy HH:MM:SS, in local time."""
    return "" if value is None else _local(value).strftime("%d/%m/%Y %H:%M:%S")


@register.filter
def lasting(value: timedelta | None) -> str:
    """How long, in the largest unit that it fills: `3 ngày`, `5 giờ`, `12 phút`; a dash for what never was."""
    if value is None:
        return "–"
    minutes = int(value.total_seconds() // 60)
    for length, vi, en in ((1440, "ngày", "days"), (60, "giờ", "hours"), (1, "phút", "minutes")):
        if minutes >= length or length == 1:
            break
    return f"{number(minutes // length)} {en if get_language() == 'en' else vi}"


@register.filter
def size(octets: int) -> str:
    """Size of a file: `812 kB`, `1,4 GB`."""
    amount = Decimal(octets)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{number(round(amount, 0 if unit != 'MB' else 1))} {unit}"
        amount /= 1000
    return f"{number(round(amount, 1))} GB"


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
