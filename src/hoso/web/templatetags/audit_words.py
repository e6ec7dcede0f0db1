"""The audit's words in both languages."""

from django import template

from hoso.web.templatetags.bilingual import word

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


@register.filter
def action_word(key: str) -> str:
    return word(ACTION, key)


@register.filter
def outcome_word(key: str) -> str:
    return word(OUTCOME, key)


@register.filter
def store_word(key: str) -> str:
    return word(STORE, key)
