"""How accounts are shown."""

from django import template

from hoso.web.staff.account_words import KINDS, days_in_words
from hoso.web.templatetags.bilingual import spoken

register = template.Library()


@register.filter
def kind_words(kind: str) -> str:
    """The kind of an account in the active language; an unknown one as it is."""
    return spoken(KINDS.get(kind, (kind, kind)))


@register.filter
def weekdays(days: int) -> str:
    return spoken(days_in_words(days))
