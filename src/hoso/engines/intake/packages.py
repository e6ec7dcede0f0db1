"""Working through one package: from the mark where the ledger ends, batch by batch, to its end or its refusal."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.core.messages.notices import leave_notice
from hoso.core.places.facilities import ensure_facility, facility_ids
from hoso.engines.intake.archives import is_zip
from hoso.engines.intake.cda.packed import is_document, take_packed_document
from hoso.engines.intake.enclosed import take_enclosed_documents
from hoso.engines.intake.filing import PURPOSE, PackageFacts, file_batch
from hoso.engines.intake.notifying.noting import note_end
from hoso.engines.intake.package_signature import signature_remarks
from hoso.engines.intake.preparing import PreparedVisit, prepare
from hoso.engines.intake.reading import Reading

BATCH = 100  # visits a transaction: large enough to share the commit, small enough to lose little to a kill

PACKAGE_LOCK = 4210  # first key of the advisory locks on packages, the package's id is the second

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Package:
    """A package's row as far as working through it needs."""

    id: int
    sha256: bytes
    file_name: str
    stated_version: str | None
    state: str
    visits_read: int
    received_at: datetime
    sender_id: int
    sender_name: str
    sender_kind: str
    may_send_for: list[int] | None  # None: every facility


def process_package(
    package_id: int,
    actor: Actor,
    executor: Executor | None = None,
    progress: Progress | None = None,
    begun: Reading | None = None,
) -> None:
    """Take in what is left of a package. Safe to call again after any interruption, on a finished package, and while
    another process works on it: the second one waits. `begun` is its reading where that began ahead."""
    with only_one(package_id):
        package = load_package(package_id, actor)
        if package.state in ("done", "refused"):
            return
        try:
            if is_document(package.sha256):
                take_packed_document(package, actor)
                read, remarks = 0, list[dict[str, Any]]()
            else:
                documents = _enclosed(package, actor)
                read, remarks = _work_through(package, actor, executor, progress, begun)
                remarks += [HosoError("HS5250", count=str(documents)).as_dict()] if documents else []
        except HosoError as error:
            _finish(package.id, actor, "refused", error.as_dict())
        else:
            _finish(package.id, actor, "done", None, read, remarks)


def _enclosed(package: Package, actor: Actor) -> int:
    """Take in the CDA documents among the files of a ZIP, each as a package of its own; how many there are."""
    with closing(open_original(package.sha256)) as stream:
        if not is_zip(stream):
            return 0
    return take_enclosed_documents(
        package.id, package.sha256, package.file_name, actor, lambda number: process_package(number, actor)
    )


@contextmanager
def only_one(package_id: int) -> Iterator[None]:
    """Hold the package for this session; the database lets go by itself when the session dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [PACKAGE_LOCK, package_id])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [PACKAGE_LOCK, package_id])


def load_package(package_id: int, actor: Actor) -> Package:
    """Read the package's row. Raises HosoError HS5001 where there is none."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.sha256, p.file_name, p.stated_version, p.state, p.visits_read, p.received_at, p.received_by,
                   a.username, a.kind, p.may_send_for
            FROM intake_package p JOIN accounts_account a ON a.id = p.received_by WHERE p.id = %s
            """,
            [package_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise HosoError("HS5001")
    return Package(*row)


def _work_through(
    package: Package,
    actor: Actor,
    executor: Executor | None,
    progress: Progress | None,
    begun: Reading | None,
) -> tuple[int, list[dict[str, Any]]]:
    """File everything after the mark; returns how many visits the package holds, and what is odd about it as a whole."""
    facts = PackageFacts(
        package.id, timezone.localdate(package.received_at), package.sender_id, package.sender_name, package.sender_kind
    )
    facilities = Facilities(package, actor)
    read = package.visits_read
    if begun is None or begun.mark != package.visits_read:  # somebody else went on with it meanwhile
        begun = Reading(package.sha256, package.file_name, package.stated_version, package.visits_read, executor)
    with closing(begun) as reading:

        def prepare_again(visit: PreparedVisit, id_date: datetime) -> PreparedVisit:
            return prepare(reading.raws[visit.ordinal], package.stated_version, id_date)

        for batch in _batches(reading):
            ids = facilities.of(batch, reading.raws[batch[0].ordinal].header.made_on)
            file_batch(facts, batch, ids, actor, prepare_again)
            read = batch[-1].ordinal
            reading.forget(read)
            if progress:
                progress(read, None)
        reading.check_whole()
        remarks = reading.counted.remarks(facts.received_on, _left_later(package.id, actor))
    return read, remarks + signature_remarks(package.sha256)


def _left_later(package_id: int, actor: Actor) -> int:
    """How many visits of the package ended after the day it is said to be made on."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM intake_visit WHERE package_id = %s"
            " AND (discharged_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date > made_on",
            [package_id],
        )
        return int(cursor.fetchone()[0])


def _batches(visits: Iterable[PreparedVisit]) -> Iterator[list[PreparedVisit]]:
    """Batches in which each visit's key stands once, so that a correction finds what it corrects."""
    batch: list[PreparedVisit] = []
    keys: set[tuple[str, str]] = set()
    for visit in visits:
        key = (visit.facility_code, visit.ma_lk)
        if len(batch) >= BATCH or key in keys:
            yield batch
            batch, keys = [], set()
        batch.append(visit)
        keys.add(key)
    if batch:
        yield batch


class Facilities:
    """Ids of the facilities a package names, the sender's right to send for them, and the package's own facility."""

    def __init__(self, package: Package, actor: Actor) -> None:
        self.package, self.actor = package, actor
        self.ids: dict[str, int] = {}
        self.marked = package.visits_read > 0

    def of(self, batch: list[PreparedVisit], made_on: date | None) -> dict[str, int]:
        """Id of each facility by code. What names none (a broken file among others in an archive) is of the one facility that the
        sender stands for, so that they are told of it; of nobody where they stand for several.

        Raises HosoError HS3015 where the sender may not send for a facility.
        """
        codes = {visit.facility_code for visit in batch if visit.facility_code} - self.ids.keys()
        if codes:
            known = facility_ids(codes)
            for code in sorted(codes - known.keys()):
                known[code] = ensure_facility(code).pk  # not in the list yet: registered as unconfirmed
            self._check(known)
            self.ids.update(known)
        if not self.marked and self.ids:
            self._mark(self.ids[next(visit.facility_code for visit in batch if visit.facility_code)], made_on)
        return {**self._of_no_code(), **self.ids}

    def _of_no_code(self) -> dict[str, int]:
        allowed = self.package.may_send_for
        return {"": allowed[0]} if allowed is not None and len(allowed) == 1 else {}

    def _check(self, known: dict[str, int]) -> None:
        allowed = self.package.may_send_for
        if allowed is None:
            return
        for code, number in known.items():
            if number not in allowed:
                raise HosoError("HS3015", facility=code)

    def _mark(self, facility_id: int, made_on: date | None) -> None:
        with acting_transaction(self.actor.account_id, PURPOSE), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE intake_package SET facility_id = %s, made_on = %s WHERE id = %s",
                [facility_id, made_on, self.package.id],
            )
        self.marked = True


def _finish(
    package_id: int,
    actor: Actor,
    state: str,
    refusal: dict[str, Any] | None,
    total: int | None = None,
    remarks: list[dict[str, Any]] | None = None,
) -> None:
    values: list[Any] = [
        state, Jsonb(refusal) if refusal else None, Jsonb(remarks) if remarks else None, total, package_id,
    ]  # fmt: skip
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_package SET state = %s, refusal = %s, remarks = %s, finished_at = clock_timestamp(),"
            " visits_total = coalesce(%s, visits_read) WHERE id = %s"
            " RETURNING received_by, file_name, (SELECT count(*) FROM intake_visit v"
            "   WHERE v.package_id = intake_package.id AND v.state = 'quarantined')",
            values,
        )
        sender, file_name, quarantined = cursor.fetchone()
        if sender != actor.account_id and (refusal or quarantined):
            _tell_sender(sender, package_id, file_name, quarantined)
        note_end(package_id)


def _tell_sender(sender: int, package_id: int, file_name: str, quarantined: int) -> None:
    """A notice about what needs the sender's hand; a package without fault makes no noise."""
    if quarantined:
        vi = f"{file_name}: {quarantined} hồ sơ bị cách ly, cần sửa và gửi lại."
        en = f"{file_name}: {quarantined} visits are in quarantine; correct them and send them again."
    else:
        vi, en = f"{file_name}: gói bị từ chối.", f"{file_name}: the package was refused."
    leave_notice(sender, f"package/{package_id}", vi, en, f"/intake/packages/{package_id}/")
