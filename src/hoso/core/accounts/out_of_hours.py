"""Managers of accounts are told when somebody tried to work outside of their hours (AU8); once a day for each account."""

from django.db import connection, transaction

from hoso.core.accounts.hours import local_now
from hoso.core.accounts.models import Account
from hoso.core.messages.mail import ask_for_mail, where
from hoso.core.messages.notices import leave_notice


def tell_managers(account: Account, let_in: bool) -> None:
    """Leave the notice, and ask for the mail: it names the account by its number and nothing else."""
    now = local_now()
    key, link = f"out-of-hours-{account.pk}-{now:%Y%m%d}", f"/accounts/{account.pk}/"
    done_vi, done_en = ("đã đăng nhập", "signed in") if let_in else ("bị từ chối", "was refused")
    text_vi = f"Ngoài giờ làm việc: tài khoản số {account.pk} {done_vi} lúc {now:%H:%M %d/%m/%Y}."
    text_en = f"Outside of hours: account number {account.pk} {done_en} at {now:%H:%M on %d/%m/%Y}."
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT unnest(access_holders('account.manage'))")
        for (manager,) in cursor.fetchall():
            if manager != account.pk:
                leave_notice(manager, key, text_vi, text_en, link)
                ask_for_mail(manager, "out_of_hours", key, f"{text_vi}\n{where(link)}", f"{text_en}\n{where(link)}")
