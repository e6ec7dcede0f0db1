"""Filing a batch of prepared visits: ledger, persons, resources, changes and audit in one transaction.

After any kill the ledger says exactly which visits are in; batches begin where the ledger ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from hoso.core.access.actor import Actor
from hoso.core.access.care_team import VisitTeam, write_care_teams
from hoso.core.access.care_team_rules import Members
from hoso.core.access.labels import withheld_mask
from hoso.core.database.bulk import bulk_insert
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.addresses import residence_of
from hoso.engines.intake.counting import day_of_sending
from hoso.engines.intake.ledger import CurrentVisit, Ledger, VisitOutcome
from hoso.engines.intake.local_codes.counting import CodedBatch
from hoso.engines.intake.patients import file_patients
from hoso.engines.intake.preparing import PreparedVisit
from hoso.engines.intake.sent import Finding
from hoso.engines.people.known_person import KnownPerson
from hoso.engines.people.known_person import Origin as LinkOrigin
from hoso.engines.people.linkage import WRITER_LOCK, Linkage, Linked
from hoso.engines.people.statements import move_statement
from hoso.engines.records.actions import Filing, RecordBatch, move_home, move_visit
from hoso.engines.records.resource_types import NUMBERS
from hoso.engines.records.ties import relabel_ties

PURPOSE = "record_keeping"


@dataclass(frozen=True)
class PackageFacts:
    """What filing needs to know of the package a batch belongs to."""

    package_id: int
    received_on: date
    sender_id: int
    sender_name: str
    sender_kind: str


@dataclass
class _Batch:
    facts: PackageFacts
    cursor: Any
    at: datetime
    ledger: Ledger
    people: Linkage
    records: RecordBatch
    codes: CodedBatch
    facilities: dict[str, int]
    prepare_again: Callable[[PreparedVisit, datetime], PreparedVisit]
    care: dict[tuple[int, int, int], tuple[date, date, int]] = field(default_factory=dict)
    teams: list[VisitTeam] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    touched_persons: dict[int, LinkOrigin] = field(default_factory=dict)


def file_batch(
    facts: PackageFacts,
    visits: Sequence[PreparedVisit],
    facilities: dict[str, int],
    actor: Actor,
    prepare_again: Callable[[PreparedVisit, datetime], PreparedVisit],
    again: bool = False,
) -> None:
    """File these visits of one package and move the package's mark behind the last of them.

    With `again` they stand in the ledger already, in quarantine, and were judged anew: their rows are changed and the
    mark stays.

    `facilities` maps codes to ids. `prepare_again` maps a visit anew on the date its ids hang on, for a correction
    that moved the admission.
    """
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        # One writer of persons and visits at a time; preparing goes on beside it.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        at = timezone.now()
        batch = _Batch(
            facts, cursor, at, Ledger(cursor, facts.package_id, again), Linkage(cursor), RecordBatch(cursor, at),
            CodedBatch(cursor), facilities, prepare_again,
        )  # fmt: skip
        _file(batch, visits)
        _write(batch, actor)
        if again:
            return
        cursor.execute(
            "UPDATE intake_package SET state = 'reading', visits_read = %s WHERE id = %s",
            [visits[-1].ordinal, facts.package_id],
        )


def _file(batch: _Batch, visits: Sequence[PreparedVisit]) -> None:
    sound = [visit for visit in visits if not visit.is_quarantined]
    batch.ledger.load([(batch.facilities[visit.facility_code], visit.ma_lk) for visit in sound])
    claims = [(visit.claim, batch.facilities[visit.facility_code]) for visit in sound if visit.claim]
    batch.people.load(claims)
    batch.codes.load([facility_id for _, facility_id in claims])
    for visit in visits:
        facility_id = batch.facilities.get(visit.facility_code, 0)
        if visit.is_quarantined:
            batch.ledger.add(visit, facility_id, VisitOutcome("quarantined"))
        else:
            _file_sound(batch, visit, facility_id)


def _file_sound(batch: _Batch, visit: PreparedVisit, facility_id: int) -> None:
    current = batch.ledger.current.get((facility_id, visit.ma_lk))
    made_on = day_of_sending(visit.made_on, batch.facts.received_on)
    if current and batch.ledger.is_known(facility_id, visit, made_on):
        batch.ledger.add(visit, facility_id, VisitOutcome("unchanged", current.person_id, current.source_person_id))
        if current.content_hash == visit.content_hash and made_on > current.made_on:
            batch.ledger.confirm(facility_id, visit.ma_lk, made_on)
        return
    if current and visit.id_date != current.id_date:
        visit = batch.prepare_again(visit, current.id_date)
    if current:
        batch.records.load_labels_by_hand([visit.encounter])
    if current and made_on < current.made_on:
        _file_past(batch, visit, facility_id, current)
        return
    linked = _link(batch, visit, facility_id)
    outcome = VisitOutcome("corrected" if current else "filed")
    if linked:
        outcome.person_id, outcome.source_person_id = linked.person.now.person_id, linked.person.source_person_id
        outcome.place_id = linked.person.now.place_id
        batch.codes.take(visit, facility_id, current is not None)
        _file_resources(batch, visit, linked, facility_id, current)
        visit.findings.extend(_link_findings(linked))
    batch.ledger.add(visit, facility_id, outcome)
    batch.ledger.set_current(visit, facility_id, made_on, outcome)


def _file_past(batch: _Batch, visit: PreparedVisit, facility_id: int, current: CurrentVisit) -> None:
    """An older sending that arrived late: past versions of the person whom the newer one names. What it says of a
    person is out of date, so it links nobody and changes nothing that is current."""
    outcome = VisitOutcome("corrected", current.person_id, current.source_person_id, past=True)
    if visit.claim and current.person_id:
        person = batch.people.known(current.source_person_id)
        outcome.place_id = person.now.place_id
        filing = Filing(
            current.person_id, current.source_person_id, person.patient_id, visit.encounter, facility_id,
            person.now.place_id, batch.facts.package_id,
        )  # fmt: skip
        stored = batch.records.stored_of_visit(current.person_id, visit.encounter)
        for draft in visit.drafts:
            batch.records.file_past(draft, filing, stored.get((NUMBERS[draft.type], draft.id)))
        _announce(batch, visit, filing, [], corrected=True)
    batch.ledger.add(visit, facility_id, outcome)


def _link(batch: _Batch, visit: PreparedVisit, facility_id: int) -> Linked | None:
    if visit.claim is None:  # a check-in file
        return None
    origin = LinkOrigin(
        facility_id, residence_of(visit.claim), batch.facts.package_id, visit.ordinal, visit.encounter,
        batch.records.labels_now(visit.whole_sensitivity, visit.encounter),
        visit.withheld_whole,
    )  # fmt: skip
    linked = batch.people.link(visit.claim, origin)
    person = linked.person
    _touch(batch, person, origin)
    first = visit.claim.as_of.date()
    last = max(first, visit.discharged_at.date()) if visit.discharged_at else first
    key = (person.now.person_id, person.source_person_id, facility_id)
    labels = batch.records.labels_now(visit.withheld_whole, visit.encounter) & withheld_mask("own_record")
    if known := batch.care.get(key):
        first, last, labels = min(first, known[0]), max(last, known[1]), labels & known[2]
    batch.care[key] = (first, last, labels)
    return linked


def _touch(batch: _Batch, person: KnownPerson, origin: LinkOrigin) -> None:
    """There may be news for the Patients of the person and of the one under whom they are shown; the first to tell names its
    origin."""
    batch.touched_persons[person.person_id] = origin
    batch.touched_persons.setdefault(person.now.person_id, origin)


def _link_findings(linked: Linked) -> list[Finding]:
    fields = {"personal_number": "SO_CCCD", "passport": "SO_CCCD", "facility_number": "MA_BN"}
    found = [Finding("HS4008", "warning", 1, 1, fields.get(kind, "MA_THE_BHYT"), "") for kind, _ in linked.taken]
    if linked.conflict:
        found.append(Finding("HS4009", "warning", 1, 1, "HO_TEN", "", {"differences": ", ".join(linked.conflict)}))
    return found


def _file_resources(
    batch: _Batch, visit: PreparedVisit, linked: Linked, facility_id: int, current: CurrentVisit | None
) -> None:
    person = linked.person
    now = person.now
    filing = Filing(
        now.person_id, person.source_person_id, person.patient_id, visit.encounter, facility_id, now.place_id,
        batch.facts.package_id,
    )  # fmt: skip
    if current and current.person_id and current.source_person_id != person.source_person_id:
        where = (current.person_id, now.person_id, person.source_person_id)
        former = batch.people.known(current.source_person_id)  # with what the visit said of them, which moves now
        move_visit(batch.cursor, [visit.encounter], *where, now.place_id)
        move_statement(batch.cursor, visit.encounter, *where)
        batch.people.release(current.source_person_id, visit.encounter, still_under=now)
        for one in (former, former.now):
            batch.touched_persons.setdefault(one.person_id, batch.touched_persons[person.person_id])
    stored = batch.records.stored_of_visit(now.person_id, visit.encounter) if current else {}
    before = len(batch.records.touched)
    for draft in visit.drafts:
        batch.records.file(draft, filing, stored.get((NUMBERS[draft.type], draft.id)))
    kept = {(NUMBERS[draft.type], draft.id) for draft in visit.drafts}
    for key, old in stored.items():
        if key not in kept:
            batch.records.remove(key, filing, old)
    _take_team(batch, visit, filing, current is not None)
    _announce(batch, visit, filing, batch.records.touched[before:], current is not None)


def _take_team(batch: _Batch, visit: PreparedVisit, filing: Filing, corrected: bool) -> None:
    """Who treats sees what is withheld of the visit; of one without labels there is nothing to open."""
    labelled = batch.records.labels_now(visit.sensitivity, visit.encounter)
    if labelled or corrected:
        batch.teams.append(team_of(visit, filing, visit.treating if labelled else {}))


def team_of(visit: PreparedVisit, filing: Filing, members: Members) -> VisitTeam:
    """The treating team of a visit that is filed there."""
    return VisitTeam(
        visit.encounter, filing.person_id, filing.source_person_id, filing.facility_id, visit.discharged_at, members
    )


def _announce(
    batch: _Batch, visit: PreparedVisit, filing: Filing, touched: list[tuple[str, str, int]], corrected: bool
) -> None:
    """One change and one audit event for each visit."""
    payload = {"encounter": filing.encounter, "resources": touched}
    topic = "visit.corrected" if corrected else "visit.filed"
    batch.changes.append(
        (topic, f"{visit.facility_code}/{visit.ma_lk}", filing.person_id, filing.source_person_id, filing.facility_id,
         filing.place_id, visit.sensitivity, filing.package_id, Jsonb(payload))
    )  # fmt: skip
    batch.events.append(
        (batch.facts.sender_id, batch.facts.sender_name, batch.facts.sender_kind, "intake_service", PURPOSE,
         "update" if corrected else "create", "intake", filing.person_id, f"Encounter/{filing.encounter}", filing.facility_id, "done",
         f"package {batch.facts.package_id}", visit.sensitivity != 0, len(touched))
    )  # fmt: skip


def _write(batch: _Batch, actor: Actor) -> None:
    batch.people.write()
    codes = {number: code for code, number in batch.facilities.items()} | batch.ledger.facility_codes()
    origins = {number: (one.facility_id, batch.facts.package_id) for number, one in batch.touched_persons.items()}
    file_patients(batch.records, [batch.people.persons[number] for number in origins], origins, codes)
    homes = batch.people.homes()
    batch.records.bring_home(homes)
    batch.records.write()
    batch.codes.write()
    move_home(batch.cursor, homes)
    batch.ledger.write()
    bulk_insert(
        batch.cursor, "access_care_relation", CARE_COLUMNS,
        [
            (person_id, source, facility_id, "visit", first, last, labels, batch.facts.package_id)
            for (person_id, source, facility_id), (first, last, labels) in sorted(batch.care.items())
        ],
        "ON CONFLICT (person_id, facility_id, kind, source_person_id) DO UPDATE SET"
        " first_day = least(access_care_relation.first_day, excluded.first_day),"
        " last_day = greatest(access_care_relation.last_day, excluded.last_day),"
        " sensitivity = access_care_relation.sensitivity & excluded.sensitivity"
        " WHERE excluded.first_day < access_care_relation.first_day OR excluded.last_day > access_care_relation.last_day"
        " OR access_care_relation.sensitivity & ~excluded.sensitivity <> 0",
    )  # fmt: skip
    relabel_ties(batch.cursor, (person_id for (person_id, *_), (*_, labels) in batch.care.items() if labels))
    write_care_teams(batch.cursor, actor.account_id, batch.teams)
    bulk_insert(batch.cursor, "changes_change", CHANGE_COLUMNS, batch.changes)
    bulk_insert(batch.cursor, "audit_event", EVENT_COLUMNS, batch.events)


CARE_COLUMNS = {
    "person_id": "bigint", "source_person_id": "bigint", "facility_id": "bigint", "kind": "text", "first_day": "date",
    "last_day": "date", "sensitivity": "integer", "package_id": "bigint",
}  # fmt: skip
CHANGE_COLUMNS = {
    "topic": "text", "key": "text", "person_id": "bigint", "source_person_id": "bigint", "facility_id": "bigint",
    "place_id": "bigint", "sensitivity": "integer", "package_id": "bigint", "payload": "jsonb",
}  # fmt: skip
EVENT_COLUMNS = {
    "actor_id": "bigint", "actor_name": "text", "account_kind": "text", "role": "text", "purpose": "text",
    "action": "text", "route": "text", "person_id": "bigint", "object": "text", "facility_id": "bigint", "outcome": "text", "reason": "text",
    "sensitive": "boolean", "found": "integer",
}  # fmt: skip
