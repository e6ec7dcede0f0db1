"""Staff are told that they are monitored, and accept it, before their first sign-in is complete (Luật 91/2025 art. 25.3)."""

import json
from functools import cache
from hashlib import sha256

from django.utils import timezone

from hoso.core.accounts.models import Account, NoticeAcceptance
from hoso.core.definitions import definitions_folder, read_definition

Words = tuple[str, str]  # Vietnamese, English


@cache
def notice_paragraphs() -> tuple[Words, ...]:
    folder = definitions_folder() / "access"
    content = read_definition(folder / "monitoring_notice.yaml", folder / "schema" / "monitoring_notice.json")
    return tuple((paragraph["vi"], paragraph["en"]) for paragraph in content["paragraphs"])


def notice_hash() -> str:
    """Which text it is: a changed text must be accepted anew."""
    return sha256(json.dumps(notice_paragraphs(), ensure_ascii=False).encode()).hexdigest()


def has_accepted(account: Account) -> bool:
    return NoticeAcceptance.objects.filter(account=account, text_hash=notice_hash()).exists()


def accept_notice(account: Account) -> None:
    """Keep that the account's owner accepted the present text; again changes nothing."""
    NoticeAcceptance.objects.get_or_create(
        account=account, text_hash=notice_hash(), defaults={"accepted_at": timezone.now()}
    )
