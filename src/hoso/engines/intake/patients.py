"""The FHIR Patient of persons, filed anew where what is known of them changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from hoso.engines.intake.ledger import facility_codes
from hoso.engines.intake.mapping.patient import patient_draft
from hoso.engines.people.known_person import KnownPerson
from hoso.engines.people.linkage import Linkage
from hoso.engines.records.actions import Filing, RecordBatch, move_home
from hoso.engines.records.resource_types import NUMBERS

Origins = Mapping[int, tuple[int, int]]  # person -> facility and package that brought the news


def file_patients(
    records: RecordBatch, persons: Sequence[KnownPerson], origins: Origins, codes: Mapping[int, str]
) -> None:
    """Gather the Patient of each person where its bytes changed; `codes` names the issuers of facilities' numbers."""
    stored = records.stored_of_type(sorted({one.now.person_id for one in persons}), "Patient")
    for person in persons:
        facility_id, package_id = origins[person.person_id]
        draft, now = patient_draft(person, dict(codes)), person.now
        filing = Filing(
            now.person_id, person.source_person_id, person.patient_id, None, facility_id, now.place_id, package_id
        )
        records.file(draft, filing, stored.get((now.person_id, NUMBERS["Patient"], draft.id)))


def settle_persons(cursor: Any, person_ids: Sequence[int]) -> None:
    """Bring the facts, homes and Patients of these persons to what holds of all statements, outside of any intake.

    Part of a join, of its undoing or of a withdrawal, in its transaction, as somebody who sees every statement.
    """
    people = Linkage(cursor)
    persons = [people.known(person_id) for person_id in person_ids]
    for person in persons:
        people.settle(person)
    people.write()
    records = RecordBatch(cursor, timezone.now())
    origins = {one.person_id: (one.facility_id, one.package_id) for one in persons}
    file_patients(records, persons, origins, facility_codes())
    records.write()
    move_home(cursor, people.homes())
