"""The audit's words in both languages."""

from django import template
from django.utils.translation import get_language

register = template.Library()

Words = tuple[str, str]
ACTION: dict[str, Words] = {
    "read": ("Xem", "Read"),
    "search": ("Tìm kiếm", "Search"),
    "create": ("Tạo", "Create"),
    "update": ("Sửa", "Update"),
    "delete": ("Xoá", "Delete"),
    "export": ("Xuất dữ liệu", "Export"),
    "print": ("In", "Print"),
    "sign-in": ("Đăng nhập, đăng xuất", "Signing in and out"),
    "refuse": ("Bị từ chối", "Refused"),
}
OUTCOME: dict[str, Words] = {
    "done": ("Đã thực hiện", "Done"),
    "refused": ("Từ chối", "Refused"),
    "failed": ("Thất bại", "Failed"),
}
STORE: dict[str, Words] = {
    "record": ("Truy cập hồ sơ", "Accesses to records"),
    "security": ("An ninh hệ thống", "Security log"),
}


def _word(table: dict[str, Words], key: str) -> str:
    return table.get(key, (key, key))[1 if get_language() == "en" else 0]


@register.filter
def action_word(key: str) -> str:
    return _word(ACTION, key)


@register.filter
def outcome_word(key: str) -> str:
    return _word(OUTCOME, key)


@register.filter
def store_word(key: str) -> str:
    return _word(STORE, key)


@register.filter
def chosen(words: Words) -> str:
    return words[1 if get_language() == "en" else 0]
