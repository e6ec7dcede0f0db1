"""States of the ministry's portal in words."""

from django import template

from hoso.engines.records.ministry_portal.kinds import kinds
from hoso.web.templatetags.bilingual import spoken, word

register = template.Library()

STATE: dict[str, tuple[str, str]] = {
    "waiting": ("Chờ gửi", "Waiting"),
    "sent": ("Đã gửi, chưa trả lời", "Sent, not answered"),
    "accepted": ("Cổng đã nhận", "Accepted"),
    "refused": ("Cổng từ chối", "Refused"),
    "different": ("Cổng giữ bản khác", "Different there"),
    "withdrawn": ("Đã rút khỏi cổng", "Withdrawn there"),
    "withheld": ("Giữ lại, không gửi", "Kept back"),
    "dead": ("Đã thôi", "Given up"),
    "same": ("Không có gì mới", "Nothing new"),
    "superseded": ("Đã đổi trước khi có trả lời", "Changed before an answer"),
}
DIFFERENCE: dict[str, tuple[str, str]] = {
    "missing_there": ("Cổng thiếu", "Missing there"),
    "missing_here": ("Ở đây không có", "Missing here"),
    "other_content": ("Nội dung khác", "Other content"),
}
DECISION: dict[str, tuple[str, str]] = {
    "send_again": ("Gửi lại", "Sent again"),
    "ours_stands": ("Giữ bản của mình", "Ours stands"),
}
_TAGS = {
    "accepted": "ok",
    "withdrawn": "ok",
    "waiting": "",
    "sent": "warn",
    "withheld": "",
    "same": "",
    "superseded": "",
}


@register.filter
def portal_state(key: str) -> str:
    return word(STATE, key)


@register.filter
def portal_tag(key: str) -> str:
    return _TAGS.get(key, "bad")


@register.filter
def portal_difference(key: str) -> str:
    return word(DIFFERENCE, key)


@register.filter
def portal_decision(key: str) -> str:
    return word(DECISION, key)


@register.filter
def paper_kind(key: str) -> str:
    found = kinds().get(key)
    return spoken(found.title) if found else key


@register.filter
def short_hash(value: bytes | None) -> str:
    return value.hex()[:12] if value else "–"
