"""Small building blocks of the pictures that the server draws as inline SVG.

No style attributes and no script: colours come from classes in hoso.css, so the strict content policy holds.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | float | Decimal


def coordinate(value: Number) -> str:
    """One decimal is finer than a screen's pixel."""
    return f"{float(value):.1f}".rstrip("0").rstrip(".")


def box(x: Number, y: Number, width: Number, height: Number, css_class: str, title: str = "") -> SafeString:
    """A filled rectangle, with what it says under the pointer."""
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}">{}</rect>',
        coordinate(x), coordinate(y), coordinate(width), coordinate(height), css_class, _title(title),
    )  # fmt: skip


def label(x: Number, y: Number, text: str, css_class: str = "", anchor: str = "start") -> SafeString:
    return format_html(
        '<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>',
        coordinate(x), coordinate(y), css_class, anchor, text,
    )  # fmt: skip


def line(x1: Number, y1: Number, x2: Number, y2: Number, css_class: str) -> SafeString:
    return format_html(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>',
        coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2), css_class,
    )  # fmt: skip


def dot(x: Number, y: Number, radius: Number, css_class: str, title: str = "") -> SafeString:
    return format_html(
        '<circle cx="{}" cy="{}" r="{}" class="{}">{}</circle>',
        coordinate(x), coordinate(y), coordinate(radius), css_class, _title(title),
    )  # fmt: skip


def picture(
    width: int, height: int, css_class: str, says: str, parts: Iterable[SafeString], stretch: bool = False
) -> SafeString:
    """The whole picture; `says` is its text for those who do not see it. `stretch` lets it fill any width."""
    body = format_html_join("", "{}", ((part,) for part in parts))
    ratio = SafeString(' preserveAspectRatio="none"') if stretch else ""
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}"{} role="img" aria-label="{}">{}</svg>',
        css_class, width, height, width, height, ratio, says, body,
    )  # fmt: skip


def _title(text: str) -> SafeString:
    return format_html("<title>{}</title>", text) if text else SafeString("")
