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
    stored = records.stored_of_type(sorted(one.person_id for one in persons), "Patient")
    for person in persons:
        facility_id, package_id = origins[person.person_id]
        draft = patient_draft(person, dict(codes))
        filing = Filing(
            person.person_id, person.source_person_id, person.patient_id, None, facility_id, person.place_id, package_id
        )
        records.file(draft, filing, stored.get((person.person_id, NUMBERS["Patient"], draft.id)))


def settle_person(cursor: Any, person_id: int) -> None:
    """Bring a person's facts, home and Patient to what holds of all statements, outside of any intake.

    Part of a merge or of a withdrawal, in its transaction, as somebody who sees every statement.
    """
    people = Linkage(cursor)
    person = people.known(person_id)
    people.settle(person)
    people.write()
    records = RecordBatch(cursor, timezone.now())
    file_patients(records, [person], {person_id: (person.facility_id, person.package_id)}, facility_codes())
    records.write()
    move_home(cursor, people.homes())
