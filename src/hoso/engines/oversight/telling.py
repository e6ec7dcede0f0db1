"""Telling who works at the case desk, by a notice of the house."""

from django.db import connection

from hoso.core.messages.notices import leave_notice


def tell_desk(key: str, text_vi: str, text_en: str, address: str, of_case: int | None = None) -> None:
    """Leave each of them a notice in the running transaction, the one whom the case is about left out; `key` makes it one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(access_holders('case.handle')) EXCEPT SELECT oversight_subject(%s)", [of_case])
        told = [holder for (holder,) in cursor.fetchall()]
    for account_id in told:
        leave_notice(account_id, key, text_vi, text_en, address)
