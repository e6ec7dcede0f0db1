"""What is done about a case: asking, proposing, deciding, handing over. Each act is one transaction with permission and audit event;
what takes two people, and that nobody touches a case about themselves, the database holds (migrations/sql/0003_cases.sql)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope, decide
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.accounts.actions import end_sessions
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import broken_constraint
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.incidents.actions import open_incident
from hoso.core.messages.notices import leave_notice
from hoso.engines.oversight.cases import PURPOSE, case_line, open_case, risks

PERMISSION = "case.handle"
OUTCOMES = {  # of a closed case; the label also says what the sensors were worth
    "confirmed": ("Có sử dụng sai", "Misuse confirmed"),
    "justified": ("Có lý do công việc", "Justified by work"),
    "false_alarm": ("Báo động nhầm", "False alarm"),
    "inconclusive": ("Không kết luận được", "Inconclusive"),
}
SHORTEST_WORDS = 10
_REFUSED = {  # constraints of the database: what a breach of each means to whoever asked
    "proposal_takes_two": "HS8022",
    "case_not_own_or_closed": "HS8023",
    "proposal_once": "HS8024",
    "oversight_proposal_one_waits": "HS8024",
    "oversight_proposal_agreed_once": "HS8024",
    "suspends_own": "HS8025",
    "restores_suspended": "HS8039",
    "question_once": "HS8026",
    "question_to_somebody_else": "HS8027",
    "year_takes_two": "HS8022",
    "tuning_takes_two": "HS8022",
    "tuning_once": "HS9060",
    "oversight_tuning_one_waits": "HS9060",
    "year_is_over": "HS8036",
    "year_once": "HS8037",
    "watch_one_at_a_time": "HS7056",
    "watch_ends_once": "HS7057",
    "watch_version_once": "HS7057",
}


@contextmanager
def at_the_desk(actor: Actor, what: str) -> Iterator[Scope]:
    """A transaction at the desk, with the scope of who acts. What the policy or the database refuses is an event of the audit too, which sensors watch."""
    try:
        scope = decide(actor, PERMISSION, PURPOSE)
        with acting_transaction(actor.account_id, PURPOSE):
            yield scope
    except HosoError:
        record_refusal(actor, PURPOSE, Asking(PERMISSION, object=what))
        raise
    except DatabaseError as error:
        name = broken_constraint(error)
        if name not in _REFUSED:
            raise
        alone = "/alone" if name in ("proposal_takes_two", "year_takes_two", "tuning_takes_two") else ""
        record_refusal(actor, PURPOSE, Asking(PERMISSION, object=what + alone))
        raise HosoError(_REFUSED[name]) from error


def _record(actor: Actor, scope: Scope, number: int, reason: str) -> None:
    record_event(AuditEvent(actor, scope.role.key, PURPOSE, "update", object=f"case/{number}", reason=reason))


def said_words(text: str) -> str:
    """Raises HosoError HS8028 where they are too few to say anything."""
    if len(text.strip()) < SHORTEST_WORDS:
        raise HosoError("HS8028", shortest=SHORTEST_WORDS)
    return text.strip()


def open_by_hand(actor: Actor, account_id: int) -> int:
    """Open a case of an account whose risk builds up, below what the budget raised. Raises HosoError HS8020."""
    with at_the_desk(actor, f"risk/{account_id}") as scope:
        found = [one for one in risks(scope) if one.account_id == account_id]
        if not found:
            raise HosoError("HS8020")
        return open_case(actor, found[0])


def ask(actor: Actor, number: int, username: str, question: str) -> None:
    """Ask the account's holder, or whoever answers for them, who gets a notice.

    Raises HosoError HS8021, HS8023 for a closed case, HS8027 where nobody of that name can answer, HS8028.
    """
    question = said_words(question)
    with at_the_desk(actor, f"case/{number}") as scope:
        case_line(scope, number)
        asked = Account.objects.filter(username=username.strip(), is_active=True).first()
        if asked is None or asked.kind in Account.WITHOUT_SESSION:
            raise HosoError("HS8027")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO oversight_question (case_id, to_id, asked_by, question) VALUES (%s, %s, %s, %s) RETURNING id",
                [number, asked.pk, actor.account_id, question],
            )
            made = cursor.fetchone()[0]
        leave_notice(
            asked.pk, f"oversight-question:{made}", "Bộ phận giám sát truy cập có câu hỏi cho bạn.",
            "The oversight team has a question for you.", "/oversight/questions/",
        )  # fmt: skip
        _record(actor, scope, number, f"asked Account/{asked.pk}")


def propose(actor: Actor, number: int, kind: str, outcome: str, words: str) -> None:
    """Propose to close the case with an outcome, to suspend its account, or to open it again; somebody else decides.

    Raises HosoError HS8021, HS8023, HS8024 where one waits already, HS8025 for an account of another system, HS8028, HS8039 where
    nothing is suspended.
    """
    words = said_words(words)
    with at_the_desk(actor, f"case/{number}") as scope:
        case_line(scope, number)
        _run(
            "INSERT INTO oversight_proposal (case_id, kind, outcome, words, proposed_by) VALUES (%s, %s, %s, %s, %s)",
            [number, kind, outcome, words, actor.account_id],
        )
        _record(actor, scope, number, f"proposed: {kind} {outcome}".strip())


def decide_proposal(actor: Actor, number: int, proposal: int, agreed: bool, remarks: str) -> None:
    """Agree to a proposal, which takes effect at once, or return it with remarks.

    Raises HosoError HS8021, HS8022 for one's own proposal, HS8023, HS8024 where it is decided, HS8028 returning without words.
    """
    remarks = remarks.strip() if agreed else said_words(remarks)
    shut = None
    with at_the_desk(actor, f"case/{number}") as scope:
        line = case_line(scope, number)
        row = _run(
            "UPDATE oversight_proposal SET decided_by = %s, decided_at = now(), agreed = %s, remarks = %s"
            " WHERE id = %s AND case_id = %s RETURNING kind, outcome",
            [actor.account_id, agreed, remarks, proposal, number],
        )
        if row is None:
            raise HosoError("HS8024")
        if agreed and row[0] == "suspend":
            shut = line.subject_id
        _record(actor, scope, number, f"{'agreed' if agreed else 'returned'}: {row[0]} {row[1]}".strip())
    if shut is not None:
        end_sessions(Account.objects.get(pk=shut))


def hand_over(actor: Actor, number: int, known_at: datetime, kinds: Sequence[str]) -> int:
    """Begin the file of an incident, whose clocks (24 h, 72 h) run from when somebody of the house knew; returns its number.

    Raises HosoError HS8021, HS8024 where it was handed over already, HS9030 for an unknown kind.
    """
    with at_the_desk(actor, f"case/{number}") as scope:
        case_line(scope, number)
        if _run("SELECT 1 FROM oversight_handover WHERE case_id = %s", [number]):
            raise HosoError("HS8024")
        incident = open_incident(actor, f"Oversight case {number}", known_at, kinds, role=scope.role.key)
        _run(
            "INSERT INTO oversight_handover (case_id, incident_id, handed_by) VALUES (%s, %s, %s)",
            [number, incident, actor.account_id],
        )
        _record(actor, scope, number, f"handed over to incident/{incident}")
    return incident


def answer(actor: Actor, question: int, text: str) -> None:
    """Answer a question one was asked; once. Raises HosoError HS8026 where there is none that waits for the asker, HS8028."""
    text = said_words(text)
    try:
        with acting_transaction(actor.account_id, "own_account"), transaction.atomic():
            row = _run(
                "UPDATE oversight_question SET answer = %s, answered_at = now() WHERE id = %s RETURNING case_id, asked_by",
                [text, question],
            )
            if row is None:
                raise HosoError("HS8026")
            leave_notice(
                row[1], f"oversight-answer:{question}", f"Có trả lời trong vụ việc số {row[0]}.",
                f"An answer came in case {row[0]}.", f"/oversight/cases/{row[0]}/",
            )  # fmt: skip
            record_event(AuditEvent(actor, "", "own_account", "update", object=f"case/{row[0]}", reason="answered"))
    except DatabaseError as error:
        raise HosoError("HS8026") from error


def _run(question: str, values: list[Any]) -> tuple[Any, ...] | None:
    """One statement; the row it gives, where it gives one. A breach of a constraint leaves the transaction to be rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
        return row
