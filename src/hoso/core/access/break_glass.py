"""Break-glass: opening a record past the rules in an emergency, told at once, reviewed within three working days.

Reasons, hours and the labels it never opens are data (`definitions/access/break_glass.yaml`); the limits that must hold
stand in the tables `access_grant` and `access_review`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.grants import NewGrant, open_grant
from hoso.core.access.labels import labels, mask_of
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError
from hoso.core.messages.mail import ask_for_mail, where
from hoso.core.messages.notices import leave_notice
from hoso.core.periods.calendar import add_working_days

PERMISSION, PURPOSE = "record.break_glass", "treatment"
OPENS = ("person.search", "record.read")


@dataclass(frozen=True)
class BreakGlassRules:
    """How long it lasts, in how many working days it is reviewed, the reasons (key, Vietnamese, English), the mask it opens."""

    hours: int
    review_working_days: int
    shortest_words: int
    reasons: tuple[tuple[str, str, str], ...]
    opens: int


@cache
def break_glass_rules() -> BreakGlassRules:
    folder = definitions_folder() / "access"
    given: dict[str, Any] = read_definition(folder / "break_glass.yaml", folder / "schema" / "break_glass.json")
    return BreakGlassRules(
        given["hours"],
        given["review_working_days"],
        given["shortest_words"],
        tuple((one["key"], one["title_vi"], one["title_en"]) for one in given["reasons"]),
        mask_of(labels()) & ~mask_of(given["never_opens"]),
    )


def check_reason(reason_code: str, words: str) -> None:
    """Raises HosoError HS2104 for a reason that is not on the list, or is not told in words. Asked before anybody is
    looked for: a form without a reason tells nothing of who has a record."""
    rules = break_glass_rules()
    if reason_code not in {key for key, _, _ in rules.reasons} or len(words.strip()) < rules.shortest_words:
        raise HosoError("HS2104", shortest=rules.shortest_words)


def break_glass(actor: Actor, person_id: int, reason_code: str, words: str, now: datetime | None = None) -> int:
    """Open the person's record to the actor for some hours; gives the grant's number. Runs inside the caller's
    `acting_transaction` for treatment.

    Whoever reviews is told at once. Raises HosoError HS2001 without the permission, HS2104 as `check_reason` does.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    check_reason(reason_code, words)
    rules = break_glass_rules()
    now = now or timezone.now()
    grant_id = open_grant(
        actor,
        NewGrant(
            person_id=person_id, kind="break_glass", purpose=PURPOSE, permissions=OPENS, labels=rules.opens,
            starts_at=now, ends_at=now + timedelta(hours=rules.hours), account_id=actor.account_id,
            reason_code=reason_code, reason=words.strip(),
        ),
        role=scope.role.key,
    )  # fmt: skip
    due = add_working_days(timezone.localdate(now), rules.review_working_days)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_review (grant_id, opened_by, due_on) VALUES (%s, %s, %s)",
            [grant_id, actor.account_id, due],
        )
    _tell(grant_id, "broken", due)
    return grant_id


def escalate_overdue_reviews(today: date) -> int:
    """Tell again about reviews that are late, to those who approve access too; each once. Gives how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT grant_id, due_on FROM access_escalate_reviews(%s)", [today])
        late = cursor.fetchall()
    for grant_id, due in late:
        _tell(grant_id, "late", due)
    return len(late)


def _tell(grant_id: int, what: str, due: date) -> None:
    """Leave the notice; it names nobody's data, only the number of the opening and the day."""
    permissions = ("grant.review",) if what == "broken" else ("grant.review", "grant.open")
    vi, en = {
        "broken": ("Hồ sơ vừa được mở khẩn cấp (số {id}). Xem lại trước {due}.",
                   "A record was opened by break-glass (number {id}). Review it by {due}."),
        "late": ("Quá hạn xem lại lần mở khẩn cấp số {id} (hạn {due}).",
                 "The review of break-glass number {id} is overdue (it was due on {due})."),
    }[what]  # fmt: skip
    values = {"id": grant_id, "due": f"{due:%d/%m/%Y}"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(access_holders(one)) FROM unnest(%s::text[]) AS one", [list(permissions)]
        )
        holders = [row[0] for row in cursor.fetchall()]
    for account_id in holders:
        key = f"break-glass-{what}-{grant_id}"
        text_vi, text_en, link = vi.format(**values), en.format(**values), "/access/reviews/"
        leave_notice(account_id, key, text_vi, text_en, link)
        ask_for_mail(account_id, "break_glass", key, f"{text_vi}\n{where(link)}", f"{text_en}\n{where(link)}")
