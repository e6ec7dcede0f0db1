"""Telling the portal: at least once, one act at a time for each document, done once there by its key.

An attempt has three steps: what is to be sent is written down (state `sent`) and committed, the portal is called, its answer is
written down. Killed in between, the same act with the same key and the same bytes is tried again; has the record changed
meanwhile, the act is closed as superseded and the next version tells what holds now.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.core.messages.call_queue import CallQueue
from hoso.core.messages.calls import CallFailed
from hoso.engines.documents.signing.authority import SigningAuthority, needed_authority
from hoso.engines.documents.signing.bundle_signature import signed_bundle
from hoso.engines.records.ministry_portal.composing import composed
from hoso.engines.records.ministry_portal.gateway import Answer, PortalGateway, PortalSilent, Sending, portal_gateway
from hoso.engines.records.ministry_portal.noting import PURPOSE, open_version
from hoso.engines.records.ministry_portal.runs import running
from hoso.engines.records.resource_types import NUMBERS


def _acting() -> AbstractContextManager[None]:
    return acting_transaction(intake_service_id(), PURPOSE)


LOCK = 4210141  # first key of the advisory locks on documents, the document's number is the second
QUEUE = CallQueue("portal_version", "document_id", LOCK, _acting)


@dataclass(frozen=True)
class _Told:
    """A version to be told, and what the portal may know of its document already."""

    id: int
    document_id: int
    name: str
    number: int
    day: date
    state: str
    act: str
    again: bool
    sha256: bytes | None
    signed_at: datetime | None
    expected: tuple[bytes, ...]  # contents that may lie there
    last: bytes | None  # of the version that was answered with `accepted` last, None where that was a withdrawal
    unsure: bool  # an act without a known answer came after it


def send_due(
    *, all_waiting: bool = False, progress: Callable[[int, int], None] = lambda done, total: None
) -> Counter[str]:
    """Tell everything that is due, or with `all_waiting` everything that waits; returns how each ended.

    Raises HosoError HS3440 without a portal, HS5230 and HS5232 without a key to sign with, HS3441 where the portal is silent.
    """
    gateway, authority = portal_gateway(), needed_authority()
    ended: Counter[str] = Counter()
    if all_waiting:
        with _acting(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE portal_version SET next_at = clock_timestamp() WHERE delivered_at IS NULL AND dead_at IS NULL"
            )
    with running("send") as run:
        due_lines = QUEUE.due()
        for done, document in enumerate(due_lines, start=1):
            with QUEUE.held(document) as mine:
                while mine and (due := QUEUE.first_due(document)) is not None:
                    ended[_tell(*due, gateway, authority)] += 1
                    run.told = sum(ended[one] for one in ("accepted", "refused", "different"))
            progress(done, len(due_lines))
    return ended


def _tell(number: int, attempts: int, gateway: PortalGateway, authority: SigningAuthority) -> str:
    """One attempt; returns how it ended."""
    name, live = _about(number)
    bundle = composed(name) if live else None
    with _acting(), connection.cursor() as cursor:
        told = _told(cursor, number)
        sending = _prepare(cursor, told, bundle, live=live)
    if isinstance(sending, str):
        return sending
    body = signed_bundle(bundle, authority, sending[1]) if bundle else b""
    try:
        answer = gateway.send(
            Sending(f"{told.name}.{told.number}", told.name, told.number, told.day, body, told.expected)
        )
    except CallFailed as failure:
        QUEUE.failed(number, attempts, str(failure))
        return "failed"
    except PortalSilent as silence:
        _silent(number, str(silence))
        raise
    _close(number, answer)
    return answer.state


def _about(number: int) -> tuple[str, bool]:
    """Which document, and whether its Composition still stands."""
    with _acting(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.name, EXISTS (SELECT FROM records_location l JOIN records_resource c
                ON c.person_id = l.person_id AND c.type = l.type AND c.id = l.id AND NOT c.deleted
                WHERE l.type = %s AND l.id = d.name)
            FROM portal_version v JOIN portal_document d ON d.id = v.document_id WHERE v.id = %s
            """,
            [NUMBERS["Composition"], number],
        )
        name, live = cursor.fetchone()
    return name, live


def _told(cursor: Any, number: int) -> _Told:
    cursor.execute(
        """
        SELECT v.id, d.id, d.name, v.number, d.day, v.state, v.act, v.again, v.sha256, v.signed_at, v.replaces
        FROM portal_version v JOIN portal_document d ON d.id = v.document_id WHERE v.id = %s FOR UPDATE OF v
        """,
        [number],
    )
    id_, document, name, place, day, state, act, again, digest, signed_at, replaces = cursor.fetchone()
    cursor.execute(
        "SELECT state, act, sha256, dead_at IS NOT NULL FROM portal_version WHERE document_id = %s AND number < %s"
        " ORDER BY number", [document, place],
    )  # fmt: skip
    expected: list[bytes] = [bytes(replaces)] if replaces else []
    last, unsure = None, False
    for past, past_act, past_digest, dead in cursor.fetchall():
        if past == "accepted":
            last = bytes(past_digest) if past_act == "document" else None
            expected, unsure = ([bytes(replaces)] if replaces else []) + ([last] if last else []), False
        elif past == "superseded" or dead:
            expected += [bytes(past_digest)] if past_digest else []
            unsure = True
    return _Told(
        id_, document, name, place, day, state, act, again, bytes(digest) if digest else None, signed_at,
        tuple(dict.fromkeys(expected)), last, unsure,
    )  # fmt: skip


def _prepare(cursor: Any, told: _Told, bundle: bytes | None, *, live: bool) -> str | tuple[str, datetime]:
    """Write down what is about to be sent: (act, moment of signing). Or how it ended without a call."""
    digest = sha256(bundle).digest() if bundle else None
    may_be_there = bool(told.expected) or told.unsure
    act = "document" if bundle else "withdrawal"
    if told.state == "sent" and (told.act, told.sha256) != (act, digest):
        _end(cursor, told.id, "superseded")
        open_version(cursor, told.document_id, timezone.now(), again=True)
        return "superseded"
    if not bundle and not may_be_there and not told.again:
        _end(cursor, told.id, "withheld" if live else "same")
        return "withheld" if live else "same"
    if bundle and digest == told.last and not told.unsure and not told.again:
        _end(cursor, told.id, "same")
        return "same"
    moment = told.signed_at or timezone.now().replace(microsecond=0)
    cursor.execute(
        "UPDATE portal_version SET state = 'sent', act = %s, sha256 = %s, signed_at = %s WHERE id = %s",
        [act, digest, moment, told.id],
    )
    return act, moment


def _end(cursor: Any, number: int, state: str) -> None:
    cursor.execute(
        "UPDATE portal_version SET state = %s, delivered_at = clock_timestamp(), problem = '' WHERE id = %s",
        [state, number],
    )


def _close(number: int, answer: Answer) -> None:
    with _acting(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE portal_version SET state = %s, delivered_at = clock_timestamp(), problem = '', attempts = attempts + 1,"
            " receipt = %s, answer_code = %s, answer_text = %s, theirs = %s WHERE id = %s",
            [answer.state, answer.receipt[:100], answer.code[:100], answer.text[:300], answer.theirs, number],
        )


def _silent(number: int, why: str) -> None:
    """The portal as a whole is silent: that is no failure of this document, so no attempt is counted."""
    with _acting(), connection.cursor() as cursor:
        cursor.execute("UPDATE portal_version SET problem = %s WHERE id = %s", [why[:200], number])
