"""What was done about a case, in the order of time: opened, asked, answered, proposed, decided, handed over, told. And the letters
and questions as those see them whom they are for. Runs inside `core.access.reading.read`."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.database.session import acting_transaction


@dataclass(frozen=True)
class Step:
    """One act. `kind`: opened, asked, answered, proposed_close, proposed_suspend, proposed_restore, agreed_…, returned_…, handed_over, told."""

    at: datetime
    kind: str
    by: str
    to: str
    words: str
    outcome: str


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits for a second person; `own`: the asker made it and cannot decide it."""

    id: int
    kind: str
    outcome: str
    words: str
    by: str
    at: datetime
    own: bool


@dataclass(frozen=True)
class Letter:
    """What the person a confirmed case was about is told: whose account, at which facility, how often and from when to when."""

    case: int
    told_at: datetime
    account: str
    facility: str
    looks: int
    first_at: datetime
    last_at: datetime
    suspended: bool


@dataclass(frozen=True)
class Question:
    """A question to the asker: when the accesses were that it is about, and how many; of no person."""

    id: int
    asked_at: datetime
    question: str
    answered_at: datetime | None
    answer: str


_NAME = "coalesce(nullif({0}.full_name, ''), {0}.username)"


def story(scope: Scope, number: int) -> list[Step]:
    """Every act, the oldest first."""
    by, to = _NAME.format("b"), _NAME.format("t")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT act.at, act.kind, {by}, coalesce({to}, ''), words, outcome FROM (
                SELECT opened_at AS at, 'opened' AS kind, opened_by AS by_id, NULL::bigint AS to_id, '' AS words, '' AS outcome
                FROM oversight_case WHERE id = %(case)s
                UNION ALL SELECT asked_at, 'asked', asked_by, to_id, question, '' FROM oversight_question WHERE case_id = %(case)s
                UNION ALL SELECT answered_at, 'answered', to_id, NULL, answer, '' FROM oversight_question
                WHERE case_id = %(case)s AND answered_at IS NOT NULL
                UNION ALL SELECT proposed_at, 'proposed_' || kind, proposed_by, NULL, words, outcome FROM oversight_proposal
                WHERE case_id = %(case)s
                UNION ALL SELECT decided_at, CASE WHEN agreed THEN 'agreed_' ELSE 'returned_' END || kind, decided_by, NULL,
                                 remarks, outcome FROM oversight_proposal WHERE case_id = %(case)s AND decided_at IS NOT NULL
                UNION ALL SELECT handed_at, 'handed_over', handed_by, NULL, incident_id::text, '' FROM oversight_handover
                WHERE case_id = %(case)s
                UNION ALL SELECT min(l.told_at), 'told', min(p.decided_by), NULL, count(*)::text, '' FROM oversight_letter l
                JOIN oversight_proposal p ON p.case_id = l.case_id AND p.kind = 'close' AND p.agreed
                WHERE l.case_id = %(case)s HAVING count(*) > 0
            ) AS act JOIN accounts_account b ON b.id = by_id LEFT JOIN accounts_account t ON t.id = to_id ORDER BY act.at, act.kind
            """,
            {"case": number},
        )
        return [Step(*row) for row in cursor.fetchall()]


def waiting(scope: Scope, number: int) -> list[Waiting]:
    """Proposals of a case that somebody has to decide."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, p.kind, p.outcome, p.words, {_NAME.format("b")}, p.proposed_at, p.proposed_by = access_actor()
            FROM oversight_proposal p JOIN accounts_account b ON b.id = p.proposed_by
            WHERE p.case_id = %s AND p.decided_at IS NULL ORDER BY p.id
            """,
            [number],
        )
        return [Waiting(*row) for row in cursor.fetchall()]


def incident_of(scope: Scope, number: int) -> int | None:
    """The incident a case was handed over to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT incident_id FROM oversight_handover WHERE case_id = %s", [number])
        row = cursor.fetchone()
        return row[0] if row else None


def letters(scope: Scope, person_id: int) -> list[Letter]:
    """What this person was told of misuse of their record, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT l.case_id, l.told_at, coalesce({_NAME.format("h")}, a.name),
                   coalesce((SELECT min(f.name) FROM accounts_assignment g JOIN places_facility f ON f.id = g.facility_id
                             WHERE g.account_id = c.subject_id AND g.valid_from <= max(e.at)::date
                               AND (g.valid_to IS NULL OR g.valid_to > min(e.at)::date)), ''),
                   count(DISTINCT e.event), min(e.at), max(e.at),
                   EXISTS (SELECT 1 FROM oversight_proposal p WHERE p.case_id = c.id AND p.kind = 'suspend' AND p.agreed)
            FROM oversight_letter l JOIN oversight_case c ON c.id = l.case_id JOIN oversight_account a ON a.id = c.account_id
            JOIN oversight_evidence e ON e.case_id = c.id AND e.person_id = l.person_id
            LEFT JOIN accounts_account h ON h.id = c.subject_id
            WHERE l.person_id = %s GROUP BY l.case_id, l.told_at, h.full_name, h.username, a.name, c.id, c.subject_id
            ORDER BY l.told_at DESC
            """,
            [person_id],
        )
        return [Letter(*row) for row in cursor.fetchall()]


def questions_to(actor: Actor) -> list[Question]:
    """What oversight asked the actor, the newest first; the database shows nobody else's."""
    with acting_transaction(actor.account_id, "own_account"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, asked_at, question, answered_at, answer FROM oversight_question"
            " WHERE to_id = access_actor() ORDER BY answered_at IS NOT NULL, id DESC LIMIT 50"
        )
        return [Question(*row) for row in cursor.fetchall()]
