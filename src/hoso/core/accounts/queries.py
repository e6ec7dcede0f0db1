"""Reads about accounts for whoever manages them: the list, one account, its history, what is due for review."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from hoso.core.accounts.licences import Licence, licences
from hoso.core.accounts.models import AccessHours, Account, Assignment, Invitation, Review
from hoso.core.accounts.passwords import has_second_factor
from hoso.core.accounts.profile import Held, held_by
from hoso.core.accounts.sign_in_rules import sign_in_rules
from hoso.core.accounts.wrong_tries import locked_until
from hoso.core.messages.sending import MailState, mails
from hoso.core.vietnamese.folding import fold

PAGE = 50
STATES = ("active", "locked", "unused")


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; empty fields narrow nothing."""

    text: str = ""
    kind: str = ""
    role: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True)
class AccountPage:
    """One page of the list; `total` counts all that match."""

    accounts: list[Account]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    actor_name: str
    action: str
    outcome: str
    reason: str
    source: str


@dataclass(frozen=True)
class AccountDetail:
    """Everything an administrator sees of one account; no secret is among it."""

    account: Account
    held: list[Held]
    with_factor: bool
    invitation: Invitation | None
    tries_locked_until: datetime | None
    hours: list[AccessHours]
    history: list[HistoryLine]
    mails: list[MailState]
    licences: list[Licence]


def find_accounts(wanted: Wanted) -> AccountPage:
    """Accounts by name without accents, user name or mail; by kind, role held today and state."""
    found = _narrowed(wanted)
    page = max(1, wanted.page)
    held = Assignment.objects.select_related("facility", "place").order_by("valid_from")
    rows = found.prefetch_related(Prefetch("assignments", held)).order_by("username")
    return AccountPage(list(rows[(page - 1) * PAGE : page * PAGE]), found.count(), page)


def _narrowed(wanted: Wanted) -> QuerySet[Account]:
    found = Account.objects.all()
    for word in fold(wanted.text[:100].replace("\0", " ")).split():
        # unaccent() of the database folds as fold() does for the letters of Vietnamese names.
        found = found.extra(
            where=["lower(unaccent(username || ' ' || full_name || ' ' || email)) LIKE %s"],
            params=[f"%{_plain(word)}%"],
        )
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.role:
        today = timezone.localdate()
        running = Q(assignments__valid_to=None) | Q(assignments__valid_to__gt=today)
        found = found.filter(running, assignments__role=wanted.role, assignments__valid_from__lte=today).distinct()
    if wanted.state == "locked":
        found = found.filter(is_active=False)
    elif wanted.state == "active":
        found = found.filter(is_active=True)
    elif wanted.state == "unused":
        since = timezone.now() - sign_in_rules().unused * 2 / 3
        found = found.filter(is_active=True, active_since__lt=since).filter(
            Q(last_login=None) | Q(last_login__lt=since)
        )
    return found


def account_detail(account_id: int) -> AccountDetail | None:
    """One account with its roles, past ones too, and its history from the audit."""
    account = Account.objects.select_related("owner").filter(pk=account_id).first()
    if account is None:
        return None
    return AccountDetail(
        account,
        held_by(account_id, with_past=True),
        has_second_factor(account),
        Invitation.objects.filter(account=account).order_by("-made_at").first(),
        locked_until(account.username),
        list(AccessHours.objects.filter(account=account, ended_at=None).order_by("starts")),
        _history(account_id),
        mails(account_id, limit=5),
        licences(account_id),
    )


def _history(account_id: int, limit: int = 100) -> list[HistoryLine]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT at, actor_name, action, outcome, reason, source FROM audit_event
            WHERE object = %s OR (action = 'sign-in' AND actor_id = %s)
            ORDER BY at DESC LIMIT %s
            """,
            [f"Account/{account_id}", account_id, limit],
        )
        return [HistoryLine(*row) for row in cursor.fetchall()]


def roles_to_give() -> list[dict[str, Any]]:
    """Roles that a person can hold, for a list to choose from."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, title_vi, title_en, everywhere FROM access_role"
            " WHERE key NOT IN ('operator', 'intake_service', 'insurer_gateway') ORDER BY title_vi"
        )
        names = ("key", "title_vi", "title_en", "everywhere")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def role_hours() -> list[tuple[dict[str, Any], list[AccessHours]]]:
    """Every role that a person can hold, with the hours of everybody who holds it."""
    spans = list(AccessHours.objects.filter(account=None, ended_at=None).order_by("starts"))
    return [(role, [span for span in spans if span.role == role["key"]]) for role in roles_to_give()]


def review_lines() -> list[dict[str, Any]]:
    """Every account with what it may, as the half-yearly review looks at it; plain values for keeping and exporting."""
    lines = []
    for account in Account.objects.select_related("owner").order_by("kind", "username"):
        roles = "; ".join(f"{one.role} @ {one.where[0]}" for one in held_by(account.pk) if not one.over)
        lines.append(
            {
                "username": account.username,
                "full_name": account.full_name,
                "kind": account.kind,
                "owner": account.owner.username if account.owner else "",
                "active": account.is_active,
                "lock_reason": account.lock_reason,
                "second_factor": has_second_factor(account),
                "roles": roles,
                "last_sign_in": account.last_login.date().isoformat() if account.last_login else "",
            }
        )
    return lines


def last_review() -> Review | None:
    return Review.objects.select_related("signed_by").order_by("-signed_at").first()


def review_due_on() -> date:
    """The day by which the next review is to be signed: some months after the last one, or after the house began."""
    last = last_review()
    began = last.signed_at if last else Account.objects.order_by("created_at").values_list("created_at", flat=True)[0]
    day, months = timezone.localtime(began).date(), sign_in_rules().review_months
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
