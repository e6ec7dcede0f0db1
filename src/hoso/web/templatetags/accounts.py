"""How accounts are shown."""

from django import template

from hoso.core.messages.sending import MailState
from hoso.web.staff.account_words import KINDS, MAIL_KINDS, MAIL_PROBLEMS, MAIL_STATES, days_in_words
from hoso.web.templatetags.bilingual import spoken

register = template.Library()


@register.filter
def kind_words(kind: str) -> str:
    """The kind of an account in the active language; an unknown one as it is."""
    return spoken(KINDS.get(kind, (kind, kind)))


@register.filter
def mail_kind(kind: str) -> str:
    return spoken(MAIL_KINDS.get(kind, (kind, kind)))


@register.filter
def mail_state(mail: MailState) -> str:
    """What became of a mail, with what was wrong at the last try."""
    words = spoken(MAIL_STATES[mail.state])
    return (
        f"{words}: {spoken(MAIL_PROBLEMS.get(mail.problem, (mail.problem, mail.problem)))}" if mail.problem else words
    )


@register.filter
def weekdays(days: int) -> str:
    return spoken(days_in_words(days))
