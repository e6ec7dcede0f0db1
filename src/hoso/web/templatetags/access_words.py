"""The names of roles and purposes in the language of the page; a key that no definition knows stands as it is."""

from django import template

from hoso.core.access.explanation import role_titles
from hoso.core.access.purposes import purposes
from hoso.web.templatetags.bilingual import spoken, word

register = template.Library()


@register.filter
def role_word(keys: str) -> str:
    """`doctor, station_nurse` as "Bác sĩ, Nhân viên trạm y tế"."""
    titles = role_titles()
    return ", ".join(word(titles, key) for key in (part.strip() for part in keys.split(",")))


@register.filter
def purpose_word(key: str) -> str:
    known = purposes().get(key)
    return spoken((known.title_vi, known.title_en)) if known else key
