"""The words for versions of code systems in both languages."""

from django import template

from hoso.web.templatetags.bilingual import spoken

register = template.Library()

STATUS = {
    "draft": ("bản nháp", "draft"),
    "published": ("đã ban hành", "published"),
    "retired": ("đã thôi dùng", "retired"),
}
CHANGE = {
    "added": ("thêm", "added"),
    "removed": ("bỏ", "removed"),
    "renamed": ("đổi tên", "renamed"),
    "moved": ("đổi nhóm", "moved"),
    "dated": ("đổi hiệu lực", "other dates"),
    "same": ("giữ nguyên", "unchanged"),
}


FIELD = {
    "display_vi": ("Tên tiếng Việt", "Vietnamese name"),
    "display_en": ("Tên tiếng Anh", "English name"),
    "parent": ("Mã cha", "Parent"),
    "other": ("Khác", "Something else"),
}


@register.filter
def field_word(key: str) -> str:
    return spoken(FIELD[key])


@register.filter
def status_word(key: str) -> str:
    return spoken(STATUS[key])


@register.filter
def change_word(key: str) -> str:
    return spoken(CHANGE[key])
