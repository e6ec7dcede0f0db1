"""Pictures and icons in templates; drawn in hoso.web.components."""

from urllib.parse import urlencode

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from hoso.engines.records.models import ResultLine
from hoso.web.components import icons
from hoso.web.components.range_bar import flag, range_bar
from hoso.web.templatetags.figures import number

register = template.Library()

FLAG = {"H": ("Cao", "High"), "L": ("Thấp", "Low")}


@register.simple_tag
def icon(name: str) -> SafeString:
    return icons.icon(name)


@register.filter
def drawn_in_place(svg: str, label: str) -> SafeString:
    """A QR code that a library of ours drew, as part of the page: the content policy allows no picture from `data:`."""
    _, _, rest = svg.partition("<svg")
    if not rest or "<script" in rest.lower():
        raise ValueError("no picture")
    return mark_safe(f'<svg class="qr" role="img" aria-label="{escape(label)}"{rest}')


@register.filter
def result_flag(line: ResultLine) -> str:
    """`H`, `L` or nothing."""
    return flag(line.number, line.low, line.high)


@register.filter
def flag_word(value: str) -> str:
    return FLAG[value][1 if get_language() == "en" else 0] if value else ""


@register.filter
def reference(line: ResultLine) -> str:
    """The range in words: `3,9 – 6,4`, `≤ 5,2`, `≥ 1`."""
    if line.low is not None and line.high is not None:
        return f"{number(line.low)} – {number(line.high)}"
    if line.high is not None:
        return f"≤ {number(line.high)}"
    return "" if line.low is None else f"≥ {number(line.low)}"


@register.filter
def trend_query(line: ResultLine) -> str:
    """What the trend of this result asks for."""
    asked = {"code": line.code, "name": line.name, "unit": line.unit, "low": line.low, "high": line.high}
    return urlencode({key: str(value) for key, value in asked.items() if value not in (None, "")})


@register.filter
def result_bar(line: ResultLine) -> SafeString:
    return range_bar(line.number, line.low, line.high, f"{number(line.number)} ({reference(line)})")
