"""Both languages stand side by side in a template: `{% vi_en "Tìm người" "Find a person" %}`."""

from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.translation import get_language

from hoso.web.form_errors import error_words

register = template.Library()


@register.simple_tag
def vi_en(vi: Any, en: Any) -> Any:
    """The text of the active language; the Vietnamese one where the English is empty."""
    return en if get_language() == "en" and en else vi


@register.filter
def spoken(words: tuple[str, str]) -> str:
    """Of a pair (Vietnamese, English) the one of the active language."""
    return words[1] if get_language() == "en" else words[0]


def word(table: dict[str, tuple[str, str]], key: str) -> str:
    """The word of the active language; the key itself where the table lacks it."""
    return spoken(table.get(key, (key, key)))


@register.simple_tag
def errors_of(form: BaseForm) -> list[str]:
    """What is wrong with a form, in the active language."""
    return [spoken(words) for words in error_words(form)]
