"""A coded error within a page: what is wrong and what to do, in the active language."""

from django import template
from django.utils.translation import get_language

from hoso.core.errors import HosoError, Language

register = template.Library()


@register.simple_tag
def problem_words(error: HosoError) -> str:
    language: Language = "en" if get_language() == "en" else "vi"
    return f"{error.message(language)} {error.what_to_do(language)}"
