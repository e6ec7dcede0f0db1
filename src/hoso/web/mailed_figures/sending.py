"""The mailings of a day: each worked out as its subscriber, with what she may see at this moment, and asked to be mailed once."""

import logging
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.mail import ask_for_mail, where
from hoso.engines.statistics.boards.board import PURPOSE
from hoso.engines.statistics.boards.mail_address import is_confirmed
from hoso.engines.statistics.boards.mailings import Mailing, claim, due, mailings, note_outcome
from hoso.web.built_reports.drawing import draw_pdf
from hoso.web.built_reports.filled import FilledReport, filled_report
from hoso.web.dashboards.boards import Board
from hoso.web.dashboards.choices import Choice
from hoso.web.dashboards.own_boards import find_board
from hoso.web.explorer.names import Words
from hoso.web.explorer.question import OWN
from hoso.web.mailed_figures.protection import withheld
from hoso.web.templatetags.bilingual import spoken

logger = logging.getLogger(__name__)
ROUTE = "job:statistics.mail"
TEXT_STAYS: Words = (
    "Văn bản của người khác không gửi qua thư: mở báo cáo trong HoSo.",
    "Text of others is not mailed: open the report in HoSo.",
)


@dataclass(slots=True)
class Subscriber:
    """Who asks, without a request."""

    actor: Actor


def send_mailings(operator: Actor, day: date) -> int:
    """How many mails are on their way. Run again on the same day it sends nothing again.

    One that breaks is left for the next run and does not keep the others from theirs.
    """
    sent = 0
    for mailing, account, name in due(operator, day):
        try:
            sent += _send(mailing, Actor(account, name, ROUTE), day)
        except Exception:
            logger.exception("a mailing could not be worked out")
    return sent


def _send(number: UUID, actor: Actor, day: date) -> bool:
    with acting_transaction(actor.account_id, PURPOSE):
        if not claim(number, day):
            return False
        mailing = next((one for one in mailings(actor) if one.id == number), None)
        if mailing is None:  # stopped meanwhile
            return False
        outcome = _ask(actor, mailing, day) if is_confirmed(actor) else "no_address"
        note_outcome(number, day, outcome)
    return outcome == "asked"


def _ask(actor: Actor, mailing: Mailing, day: date) -> str:
    try:
        with transaction.atomic(), translation.override(mailing.language):
            role = decide(actor, "statistics.read", PURPOSE).role
            told = find_board(actor, mailing.subject)
            pdf = draw_pdf(_filled(actor, told), mailing.language, timezone.now())
    except HosoError:  # the right ended, the board is shared no more, or a question in it holds no more
        return "not_shown"
    page = where(reverse("built_report" if told.kind == "report" else "dashboard", args=[told.key]))
    own = where(reverse("mailed_figures"))
    asked = ask_for_mail(
        actor.account_id, "figures", f"figures/{mailing.id}/{day:%Y%m%d}",
        f"Số liệu bạn đăng ký nhận ở tệp kèm theo. Xem trong HoSo: {page}\nDừng nhận: {own}",
        f"The figures you subscribed to are attached. In HoSo: {page}\nTo stop: {own}", pdf,
    )  # fmt: skip
    if asked:
        told_of = f"statistics/mailing/{mailing.id}/{day}"
        record_event(AuditEvent(actor, role.key, PURPOSE, "export", object=told_of))
    return "asked" if asked else "no_address"


def _filled(actor: Actor, told: Board) -> FilledReport:
    """Without small figures, and without text that somebody else wrote: nobody looked at what stands in it."""
    filled = filled_report(Subscriber(actor), told, Choice(OWN, told.period), "export", withheld)
    if told.own is None or told.own.owner_id == actor.account_id:
        return filled
    parts = [replace(one, text="", withheld=spoken(TEXT_STAYS)) if one.text else one for one in filled.parts]
    return replace(filled, parts=parts)
