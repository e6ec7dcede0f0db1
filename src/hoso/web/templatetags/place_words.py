"""The words for decisions on administrative units in both languages."""

from django import template

from hoso.web.templatetags.bilingual import spoken

register = template.Library()

STATE = {
    "draft": ("bản nháp", "draft"), "approved": ("đã duyệt, chờ đến ngày", "approved, waits for its day"),
    "applied": ("đã áp dụng", "applied"), "undone": ("đã hoàn tác", "undone"), "dropped": ("đã bỏ", "given up"),
}  # fmt: skip
ACTION = {
    "opened": ("thành lập", "opened"), "closed": ("giải thể", "closed"), "merged": ("nhập vào", "merged into"),
    "split": ("chia thành", "split into"), "renamed": ("đổi thành", "renamed"), "same": ("giữ tên, đổi tỉnh", "same, another province"),
}  # fmt: skip


@register.filter
def decision_word(key: str) -> str:
    return spoken(STATE[key])


@register.filter
def fate_word(key: str) -> str:
    return spoken(ACTION[key])
