"""A handful of line icons, drawn here so that no icon font and no outside host is needed."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_PATHS = {
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5 14 14"/>',
    "lock": '<rect x="3.5" y="7" width="9" height="6.5" rx="1"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>',
    "warning": '<path d="M8 2 14.5 13.5h-13z"/><path d="M8 6.5v3M8 11.5v.3"/>',
    "check": '<path d="m3 8.5 3.2 3.2L13 5"/>',
    "file": '<path d="M4 1.8h5L12.5 5.3v9H4z"/><path d="M9 1.8V5.3h3.5"/>',
    "down": '<path d="M8 2v8.5M4.5 7.5 8 11l3.5-3.5M3 13.8h10"/>',
    "up": '<path d="M8 11V2.5M4.5 6 8 2.5 11.5 6M3 13.8h10"/>',
    "out": '<path d="M9 2.5h4.5V7M13.2 2.8 7.5 8.5M11.5 9.5V13h-9V4H6"/>',
    "print": '<path d="M4.5 6V2h7v4M4.5 11H2.5V6h11v5h-2"/><path d="M4.5 9.5h7V14h-7z"/>',
    "trend": '<path d="M2 2v12h12"/><path d="m4.5 10 3-3.5 2 2L14 4"/>',
    "person": '<circle cx="8" cy="5" r="2.8"/><path d="M2.8 14c.5-3 2.6-4.5 5.2-4.5s4.7 1.5 5.2 4.5"/>',
}


def icon(name: str) -> SafeString:
    """One icon, hidden from screen readers: the word beside it speaks. Raises KeyError for an unknown name."""
    return format_html('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', mark_safe(_PATHS[name]))
