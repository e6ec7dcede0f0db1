"""An invitation that goes to its owner by mail, so that not even the administrator sees the link."""

from collections.abc import Callable

from django.db import transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.invitations import invite
from hoso.core.accounts.models import Invitation
from hoso.core.accounts.sign_in_rules import sign_in_rules
from hoso.core.errors import HosoError
from hoso.core.messages.mail import ask_for_mail, mail_is_on


def invite_by_mail(actor: Actor, account_id: int, link_of: Callable[[str], str]) -> None:
    """Make an invitation and ask for its mail, both or neither.

    Raises HosoError as `invite`, HS2242 where no mail is sent from here, HS2243 for an account without an address.
    """
    if not mail_is_on():
        raise HosoError("HS2242")
    days = sign_in_rules().invitation.days
    with transaction.atomic():
        link = link_of(invite(actor, account_id))
        number = Invitation.objects.filter(account_id=account_id).latest("pk").pk
        asked = ask_for_mail(
            account_id,
            "invitation",
            f"invitation-{number}",
            f"Bạn được mời dùng HoSo. Đặt mật khẩu của bạn tại đây; liên kết dùng được một lần, trong {days} ngày:\n{link}",
            f"You are invited to HoSo. Set your password here; the link works once, within {days} days:\n{link}",
        )
        if not asked:
            raise HosoError("HS2243")
