"""Registering a newborn: a person of its own with record, HoSo number and health card, tied to the mother; one act.

Doing it again for the same mother, day and order finds the same child. The number that the state gives later is written to
the same person (docs/decisions/0109-newborns.md).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.access.consent.facilities import own_facilities
from hoso.core.accounts.machines import intake_service_id
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.changes.outbox import announce
from hoso.core.database.session import acting_transaction, set_actor
from hoso.core.errors import HosoError
from hoso.engines.intake.ledger import facility_codes
from hoso.engines.intake.newborns.mother_of import mother_draft
from hoso.engines.intake.patients import file_patients
from hoso.engines.people.cards.actions import issue, reach
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.hoso_numbers import hoso_number
from hoso.engines.people.known_person import KnownPerson, Origin
from hoso.engines.people.linkage import WRITER_LOCK, Linkage
from hoso.engines.people.models import BirthDate, Sex
from hoso.engines.records.actions import Filing, RecordBatch, move_home
from hoso.engines.records.fhir.writing.care import CARE_COLUMNS, ON_KNOWN_CARE

PERMISSION, PURPOSE, FILING = "newborn.register", "treatment", "record_keeping"
SOURCE = "birth_desk"  # in definitions/people/details.yaml
OLDEST = timedelta(days=60)  # after that a child comes with a paper of its own
_NUMBERS = (
    ("personal_number", r"\d{12}"),
    ("card", r"[A-Z]{2}[1-5]\d{12}"),
    ("insurance_number", r"\d{10}"),
    ("passport", r"(?=.*[A-Z])(?=.*\d)[A-Z0-9]{6,15}"),
)  # of a foreigner's child


@dataclass(frozen=True)
class Newborn:
    """What the desk writes down; `name` may be empty, `order` counts among those `together` of one birth. `facility_id` 0: the
    only one of whoever registers."""

    born_at: datetime
    sex: Sex
    weight_grams: int | None
    order: int
    together: int
    name: str
    facility_id: int
    paper: str = ""


def register_newborn(actor: Actor, mother_id: int, newborn: Newborn) -> int:
    """Register a child; gives its person.

    Raises HosoError HS2001 without the permission, HS4003 where the mother is nobody in reach, HS6080 for a moment that no newborn
    has, HS6081 for an order beyond the number of children, HS6082 where the mother cannot be one, HS6083 for a facility that
    is not the actor's, HS6087 for a weight no newborn has.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    _check(newborn)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        newborn = replace(newborn, facility_id=_facility(newborn.facility_id))
        _see(cursor, actor, mother_id)
        set_actor(intake_service_id(), FILING)  # who files; who acts stands in the row and in the event
        people = Linkage(cursor)
        mother = people.known(mother_id)
        if mother.sex == Sex.MALE or (mother.birth.day and mother.birth.day.year > newborn.born_at.year - 9):
            raise HosoError("HS6082")
        child = _file(cursor, people, mother, newborn)
        _note(cursor, actor, mother, child, newborn)
        set_actor(actor.account_id, PURPOSE)
        if not _has_card(cursor, child.now.person_id):
            issue(cursor, actor, child.now.person_id)
        about = f"newborn person/{child.now.person_id}"
        record_event(AuditEvent(actor, scope.role.key, PURPOSE, "create", person_id=mother_id, object=about))
    return child.now.person_id


def give_number(actor: Actor, child_id: int, number: str, name: str = "") -> None:
    """Write the number that was given (personal, insurance, card or passport), and the name if it is known now, to a registered child.

    Raises HosoError HS2001, HS4003 where no such child is in reach, HS6084 where the number is somebody else's, HS6088 for
    what is no such number.
    """
    scope = policy.decide(actor, PERMISSION, PURPOSE)
    numbers = _numbers(number)
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        _see(cursor, actor, child_id)
        cursor.execute("SELECT facility_id FROM people_birth WHERE person_id = %s", [child_id])
        birth = cursor.fetchone()
        if birth is None:
            raise HosoError("HS4003")
        set_actor(intake_service_id(), FILING)
        people = Linkage(cursor)
        child = people.known(child_id)
        said = name.strip() or child.name
        claim = ClaimedIdentity(
            said, child.birth, child.sex, numbers, "", child.phone, child.address, timezone.now(), source=SOURCE
        )
        people.load([(claim, 0)])
        origin = Origin(birth[0], child.place_id, 0, 1, f"birth-number/{child.source_person_id}")
        if people.describe(child_id, claim, origin).taken:
            raise HosoError("HS6084")
        _write(cursor, people, child, birth[0])
        announce("person.updated", child.patient_id, {}, person_id=child_id, source_person_id=child.source_person_id)
        set_actor(actor.account_id, PURPOSE)
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "update", person_id=child_id, object="number of a newborn")
        )


def _facility(wanted: int) -> int:
    """The one of the actor's facilities that is named; where there is but one, it need not be. Raises HosoError HS6083."""
    own = [one.id for one in own_facilities()]
    if wanted in own:
        return wanted
    if wanted or len(own) != 1:
        raise HosoError("HS6083")
    return own[0]


def _check(newborn: Newborn) -> None:
    now = timezone.now()
    if not now - OLDEST <= newborn.born_at <= now:
        raise HosoError("HS6080", most=OLDEST.days)
    if not 1 <= newborn.order <= newborn.together <= 9:
        raise HosoError("HS6081")
    if newborn.weight_grams is not None and not 200 <= newborn.weight_grams <= 9000:
        raise HosoError("HS6087")


def _numbers(text: str) -> tuple[tuple[str, str], ...]:
    compact = re.sub(r"[\s.\-]", "", text).upper()
    kind = next((kind for kind, shape in _NUMBERS if re.fullmatch(shape, compact, re.ASCII)), None)
    if kind is None:
        raise HosoError("HS6088", value=text[:20])
    return (("insurance_number", compact[-10:]), (kind, compact)) if kind == "card" else ((kind, compact),)


def _see(cursor: Any, actor: Actor, person_id: int) -> None:
    """Raises HosoError HS4003 for somebody whom the actor may not see."""
    cursor.execute(
        f"SELECT 1 FROM people_person p WHERE p.person_id = %s AND p.merged_into IS NULL AND {reach(actor).persons('p')}",
        [person_id],
    )
    if cursor.fetchone() is None:
        raise HosoError("HS4003")


def called(newborn: Newborn, mother_name: str) -> str:
    """Its name, or what it is called until it has one: of twins with their order, as delivery rooms do."""
    which = f" {newborn.order}" if newborn.together > 1 else ""
    return newborn.name.strip().upper() or f"CON{which} BÀ {mother_name.upper()}"


def _file(cursor: Any, people: Linkage, mother: KnownPerson, newborn: Newborn) -> KnownPerson:
    local = timezone.localtime(newborn.born_at)
    key = f"{mother.source_person_id}/{local:%Y%m%d}/{newborn.order}"
    claim = ClaimedIdentity(
        called(newborn, mother.name), BirthDate(local.date(), 4, f"{local:%H%M}"), newborn.sex, (("birth", key),), "", "",
        mother.address, newborn.born_at, source=SOURCE,
    )  # fmt: skip
    people.load([(claim, newborn.facility_id)])
    linked = people.link(claim, Origin(newborn.facility_id, mother.place_id, 0, 1, f"birth/{key}"))
    if linked.conflict:  # another child of this day and order was registered: nobody is changed into somebody else
        raise HosoError("HS6089")
    child = linked.person
    if not any(kind == "hoso_number" for kind, _, _ in child.numbers):
        cursor.execute("SELECT nextval('people_hoso_number')")
        people.give_number(child, ("hoso_number", hoso_number(cursor.fetchone()[0]), 0))
    _write(cursor, people, child, newborn.facility_id, mother)
    return child


def _write(
    cursor: Any, people: Linkage, child: KnownPerson, facility_id: int, mother: KnownPerson | None = None
) -> None:
    people.write()
    records = RecordBatch(cursor, timezone.now())
    file_patients(records, [child], {child.person_id: (facility_id, 0)}, facility_codes())
    if mother:
        draft, now = mother_draft(child, mother), child.now
        filing = Filing(now.person_id, child.source_person_id, child.patient_id, None, facility_id, now.place_id, 0)
        stored = records.stored_of_type([now.person_id], "RelatedPerson")
        records.file(draft, filing, next((one for key, one in stored.items() if key[2] == draft.id), None))
    records.write()
    move_home(cursor, people.homes())


def _note(cursor: Any, actor: Actor, mother: KnownPerson, child: KnownPerson, newborn: Newborn) -> None:
    now, day = child.now, timezone.localdate(newborn.born_at)
    cursor.execute(
        """
        INSERT INTO people_birth (person_id, source_person_id, mother_id, born_at, sex, weight_grams, birth_order, born_together,
                                  paper, registered_by, facility_id, place_id)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (source_person_id) DO NOTHING
        """,
        [
            now.person_id, child.source_person_id, mother.source_person_id, newborn.born_at, newborn.sex, newborn.weight_grams,
            newborn.order, newborn.together, newborn.paper, actor.account_id, newborn.facility_id, now.place_id,
        ],
    )  # fmt: skip
    cursor.execute(
        f"INSERT INTO access_care_relation ({', '.join(CARE_COLUMNS)}) VALUES (%s, %s, %s, 'visit', %s, %s, 0, 0) {ON_KNOWN_CARE}",
        [now.person_id, child.source_person_id, newborn.facility_id, day, max(day, timezone.localdate())],
    )
    announce("person.born", child.patient_id, {}, person_id=now.person_id, source_person_id=child.source_person_id, place_id=now.place_id)  # fmt: skip


def _has_card(cursor: Any, person_id: int) -> bool:
    cursor.execute("SELECT EXISTS (SELECT 1 FROM people_card WHERE person_id = %s)", [person_id])
    return bool(cursor.fetchone()[0])
