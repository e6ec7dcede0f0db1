"""A coded error within a page: what is wrong and what to do, in the active language."""

from django import template

from hoso.core.errors import HosoError
from hoso.web.language import page_language

register = template.Library()


@register.simple_tag
def problem_words(error: HosoError) -> str:
    language = page_language()
    return f"{error.message(language)} {error.what_to_do(language)}"
