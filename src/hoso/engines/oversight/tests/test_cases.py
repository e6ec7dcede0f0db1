"""The case desk: an alarm becomes a case with frozen evidence; two people close it or suspend; nobody does so alone, or about
themselves; whom a confirmed misuse was about is told. What the application may not do, the database refuses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import TypeVar

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.actions import lock_account, unlock_account
from hoso.core.accounts.managing import managing
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.incidents.queries import incident
from hoso.core.messages.notices import unread_notices
from hoso.engines.oversight import case_story, cases, handling
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.collecting import collect_all

Make = Callable[..., Actor]
Answer = TypeVar("Answer")
WORDS = "Đã đối chiếu lịch trực và phiếu khám."


@dataclass(frozen=True)
class Desk:
    database: Database
    clerk: Actor
    first: Actor
    second: Actor
    case: int


def act(actor: Actor, action: str, person_id: int | None, found: int = 1) -> None:
    with acting_transaction(actor.account_id, "record_release"):
        record_event(AuditEvent(actor, "release_officer", "record_release", action, person_id, "record", found=found))


def taken_over(database: Database, device: str) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        collect_all()
        with psycopg.connect(database.admin_url) as admin:
            row = admin.execute("SELECT count(*) FROM oversight_event WHERE device = %s", [device]).fetchone()
        if row and row[0]:
            return
        sleep(0.05)
    raise AssertionError(f"the event of {device} was not taken over")


def at_the_desk(actor: Actor, query: Callable[[Scope], Answer]) -> Answer:
    return read(actor, "oversight", Asking("case.handle", object="case"), query)


def many_accounts() -> None:
    """So that the budget of a month holds one case."""
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(3)
    )


@pytest.fixture
def desk(own_database: Database, actor: Make) -> Iterator[Desk]:
    """An export of many records without approval, and a person opened just before: raised as a case."""
    clerk, first, second = actor("release_officer"), actor("overseer"), actor("overseer")
    many_accounts()
    act(clerk, "export", 7, found=4000)
    act(replace(clerk, device="the last"), "export", 8, found=9000)
    taken_over(own_database, "the last")
    looked = look_over()
    assert len(looked.raised) == 1
    yield Desk(own_database, clerk, first, second, looked.raised[0])


def test_a_case_is_raised_once_with_what_was_seen_and_the_desk_is_told(desk: Desk) -> None:
    seen = at_the_desk(desk.first, lambda scope: cases.evidence(scope, desk.case))
    assert [(one.person_id, one.action, one.found, one.sensors) for one in seen] == [
        (7, "export", 4000, ("S8",)), (8, "export", 9000, ("S8",)),
    ]  # fmt: skip
    line = at_the_desk(desk.first, lambda scope: cases.case_line(scope, desk.case))
    assert (line.account, line.state, line.events, line.persons) == (desk.clerk.name, "open", 2, 2)
    assert [one.link for one in unread_notices(desk.first)] == [f"/oversight/cases/{desk.case}/"]
    assert unread_notices(desk.clerk) == []
    assert look_over().raised == ()  # what a case holds is done with
    with psycopg.connect(desk.database.admin_url) as admin:
        sealed = admin.execute(
            "SELECT reason FROM audit_event WHERE object = %s AND action = 'create'", [f"case/{desk.case}"]
        ).fetchone()
    frozen = at_the_desk(desk.first, lambda scope: cases.evidence_hash(scope, desk.case))
    assert sealed == (f"evidence sha256 {frozen}",)


def test_two_people_close_and_the_person_is_told(desk: Desk) -> None:
    handling.ask(desk.first, desk.case, desk.clerk.name, "Vì sao xuất nhiều hồ sơ như vậy?")
    (question,) = case_story.questions_to(desk.clerk)
    handling.answer(desk.clerk, question.id, "Một người quen nhờ, tôi không có phiếu.")
    handling.propose(desk.first, desk.case, "close", "confirmed", WORDS)
    (waiting,) = at_the_desk(desk.second, lambda scope: case_story.waiting(scope, desk.case))
    assert not waiting.own and waiting.outcome == "confirmed"
    handling.decide_proposal(desk.second, desk.case, waiting.id, True, "")
    steps = at_the_desk(desk.first, lambda scope: case_story.story(scope, desk.case))
    assert [one.kind for one in steps] == [
        "opened", "asked", "answered", "proposed_close", "agreed_close", "told",
    ]  # fmt: skip
    (letter,) = at_the_desk(desk.first, lambda scope: case_story.letters(scope, 8))
    assert (letter.case, letter.looks, letter.suspended) == (desk.case, 1, False)
    assert at_the_desk(desk.first, lambda scope: case_story.letters(scope, 9)) == []
    with pytest.raises(HosoError, match="HS8023"):
        handling.propose(desk.first, desk.case, "close", "justified", WORDS)
    with pytest.raises(HosoError, match="HS8026"):
        handling.answer(desk.clerk, question.id, "Còn một điều nữa muốn nói.")


def test_nobody_closes_alone_and_the_try_is_seen(desk: Desk) -> None:
    handling.propose(desk.first, desk.case, "close", "justified", WORDS)
    (waiting,) = at_the_desk(desk.first, lambda scope: case_story.waiting(scope, desk.case))
    with pytest.raises(HosoError, match="HS8022"):
        handling.decide_proposal(replace(desk.first, device="alone"), desk.case, waiting.id, True, "")
    assert at_the_desk(desk.first, lambda scope: cases.case_line(scope, desk.case)).state == "proposed"
    taken_over(desk.database, "alone")
    look_over()
    risks = {one.account: one.sensors for one in at_the_desk(desk.second, cases.risks)}
    assert "S20" in risks[desk.first.name]
    assert at_the_desk(desk.first, cases.risks) == []  # nobody watches over the own signs
    handling.decide_proposal(desk.second, desk.case, waiting.id, False, "Chưa hỏi người dùng tài khoản.")
    assert at_the_desk(desk.first, lambda scope: cases.case_line(scope, desk.case)).state == "open"
    with pytest.raises(HosoError, match="HS8024"):
        handling.decide_proposal(desk.second, desk.case, waiting.id, True, "")


def test_a_case_about_an_overseer_is_hidden_from_them(desk: Desk) -> None:
    handling.propose(desk.first, desk.case, "close", "justified", WORDS)
    with pytest.raises(HosoError):
        handling.decide_proposal(
            replace(desk.first, device="alone"), desk.case,
            at_the_desk(desk.first, lambda scope: case_story.waiting(scope, desk.case))[0].id, True, "",
        )  # fmt: skip
    taken_over(desk.database, "alone")
    look_over()
    (risk,) = [one for one in at_the_desk(desk.second, cases.risks) if one.account == desk.first.name]
    with pytest.raises(HosoError, match="HS8020"):
        handling.open_by_hand(desk.first, risk.account_id)
    number = handling.open_by_hand(desk.second, risk.account_id)
    with pytest.raises(HosoError, match="HS8021"):
        at_the_desk(desk.first, lambda scope: cases.case_line(scope, number))
    assert at_the_desk(desk.first, lambda scope: cases.evidence(scope, number)) == []
    with pytest.raises(HosoError, match="HS8021"):
        handling.propose(desk.first, number, "close", "false_alarm", WORDS)


def test_two_people_suspend_and_an_incident_has_its_clocks(desk: Desk) -> None:
    handling.propose(desk.first, desk.case, "suspend", "", WORDS)
    (waiting,) = at_the_desk(desk.second, lambda scope: case_story.waiting(scope, desk.case))
    assert Account.objects.get(pk=desk.clerk.account_id).is_active
    handling.decide_proposal(desk.second, desk.case, waiting.id, True, "")
    clerk = Account.objects.get(pk=desk.clerk.account_id)
    assert (clerk.is_active, clerk.lock_reason) == (False, "oversight")
    number = handling.hand_over(desk.second, desk.case, timezone.now(), ["personal_data", "serious"])
    assert incident(number).kinds == ("personal_data", "serious")
    assert at_the_desk(desk.first, lambda scope: case_story.incident_of(scope, desk.case)) == number
    with pytest.raises(HosoError, match="HS8024"):
        handling.hand_over(desk.second, desk.case, timezone.now(), ["personal_data"])


def test_two_people_open_a_suspended_account_again_and_nobody_alone(desk: Desk, actor: Make) -> None:
    administrator = actor("administrator")
    with pytest.raises(HosoError, match="HS8039"):
        handling.propose(desk.first, desk.case, "restore", "", WORDS)
    for kind, outcome in (("suspend", ""), ("close", "confirmed")):
        handling.propose(desk.first, desk.case, kind, outcome, WORDS)
        (waiting,) = at_the_desk(desk.second, lambda scope: case_story.waiting(scope, desk.case))
        handling.decide_proposal(desk.second, desk.case, waiting.id, True, "")
    with pytest.raises(HosoError, match="HS8038"):
        unlock_account(administrator, desk.clerk.account_id, "tự ý mở lại")
    lock_account(administrator, desk.clerk.account_id, "left")  # who leaves meanwhile is suspended still
    for change in ({"is_active": True}, {"lock_reason": "left"}):
        with pytest.raises(DatabaseError, match="opened by two"), managing(administrator, desk.clerk.account_id):
            Account.objects.filter(pk=desk.clerk.account_id).update(**change)

    handling.propose(desk.second, desk.case, "restore", "", WORDS)
    (waiting,) = at_the_desk(desk.second, lambda scope: case_story.waiting(scope, desk.case))
    with pytest.raises(HosoError, match="HS8022"):
        handling.decide_proposal(desk.second, desk.case, waiting.id, True, "")
    assert not Account.objects.get(pk=desk.clerk.account_id).is_active
    handling.decide_proposal(desk.first, desk.case, waiting.id, True, "")
    clerk = Account.objects.get(pk=desk.clerk.account_id)
    assert (clerk.is_active, clerk.lock_reason) == (True, "")
    lock_account(administrator, desk.clerk.account_id, "administrator")  # from here on an account like any other
    unlock_account(administrator, desk.clerk.account_id, "trở lại làm việc")
    assert Account.objects.get(pk=desk.clerk.account_id).is_active


def test_what_the_desk_reads_is_an_event_and_is_watched(desk: Desk) -> None:
    at_the_desk(replace(desk.first, device="reading"), lambda scope: cases.evidence(scope, desk.case))
    taken_over(desk.database, "reading")
    with psycopg.connect(desk.database.admin_url) as admin:
        told = admin.execute(
            "SELECT a.key, e.role, e.purpose, e.action FROM oversight_event e JOIN oversight_account a ON a.id = e.account_id"
            " WHERE e.device = 'reading'"
        ).fetchall()
    assert told == [(str(desk.first.account_id), "overseer", "oversight", "read")]


FORBIDDEN = {
    "change evidence": "UPDATE oversight_evidence SET found = 1",
    "remove evidence": "DELETE FROM oversight_evidence",
    "add evidence": "INSERT INTO oversight_evidence SELECT * FROM oversight_evidence",
    "remove a case": "DELETE FROM oversight_case",
    "make a case": "INSERT INTO oversight_case (account_id, opened_by, risk) SELECT account_id, access_actor(), 1 FROM oversight_case",
    "close in one act": "INSERT INTO oversight_proposal (case_id, kind, outcome, words, proposed_by, decided_by, decided_at, agreed)"
    " SELECT id, 'close', 'justified', 'mười ký tự trở lên', access_actor(), access_actor() + 1, now(), true FROM oversight_case",
    "propose for another": "INSERT INTO oversight_proposal (case_id, kind, outcome, words, proposed_by)"
    " SELECT id, 'close', 'justified', 'mười ký tự trở lên', opened_by FROM oversight_case",
    "decide the own": "UPDATE oversight_proposal SET decided_by = access_actor(), decided_at = now(), agreed = true",
    "decide as another": "UPDATE oversight_proposal SET decided_by = proposed_by + 1, decided_at = now(), agreed = true",
    "change what was proposed": "UPDATE oversight_proposal SET outcome = 'false_alarm'",
    "remove a proposal": "DELETE FROM oversight_proposal",
    "answer for another": "UPDATE oversight_question SET answer = 'không', answered_at = now()",
    "write a letter": "INSERT INTO oversight_letter SELECT id, 1 FROM oversight_case",
    "make a hit": "INSERT INTO oversight_hit SELECT 'S1', 1, account_id, now(), 1, '{}' FROM oversight_case",
}  # fmt: skip


def test_the_database_refuses_what_the_desk_would_not_do(desk: Desk) -> None:
    handling.ask(desk.first, desk.case, desk.clerk.name, "Vì sao xuất nhiều hồ sơ như vậy?")
    handling.propose(desk.first, desk.case, "close", "justified", WORDS)
    done = []
    for what, statement in FORBIDDEN.items():
        try:
            with (
                transaction.atomic(),
                acting_transaction(desk.first.account_id, "oversight"),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
                if cursor.rowcount:
                    done.append(what)
        except DatabaseError:
            continue
    assert done == []
    for statement in (
        "UPDATE oversight_evidence SET found = 1",
        "DELETE FROM oversight_case",
        "TRUNCATE oversight_letter",
    ):
        with (
            psycopg.connect(desk.database.admin_url) as owner,
            pytest.raises(psycopg.DatabaseError, match="never changed"),
        ):
            owner.execute(statement)  # not even as the owner, by accident


@pytest.mark.parametrize("role", ["doctor", "administrator", "privacy_officer"])
def test_who_does_not_oversee_sees_no_case(role: str, desk: Desk, actor: Make) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        at_the_desk(actor(role), cases.cases)
    with acting_transaction(actor(role).account_id, "oversight"), connection.cursor() as cursor:
        for table in ("case", "evidence", "hit", "proposal", "question", "letter"):
            cursor.execute(f"SELECT count(*) FROM oversight_{table}")
            assert cursor.fetchone() == (0,), table


def test_a_case_opens_no_record(desk: Desk) -> None:
    """Who handles a case sees what it holds, numbers and words of closed lists, and not one row about the person."""
    with psycopg.connect(desk.database.admin_url) as admin:
        tables = [row[0] for row in admin.execute(
            "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'person_scope' ORDER BY 1"
        ).fetchall()]  # fmt: skip
    assert len(tables) >= 8
    with acting_transaction(desk.first.account_id, "oversight"), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
    for permission in ("record.read", "person.search", "record.export"):
        with pytest.raises(HosoError, match="HS2001"):
            read(
                desk.first,
                "oversight",
                Asking(permission, "export" if "export" in permission else "read", 7, reason="vụ việc"),
                lambda scope: [1],
            )
