"""Persons for `person-search`: households of the synthetic province, filed as the real linkage would file them.

The rows come out of `engines.people.linkage` itself; only the way into the tables (COPY) is another one. A sample is
filed by the real path too and compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hoso.bench.seeding import copy_rows, indexes_made_afterwards, replaced
from hoso.demo.households import make_household
from hoso.demo.people import Person
from hoso.engines.people import linked_rows
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.known_person import Origin
from hoso.engines.people.linkage import Linkage
from hoso.engines.people.models import BirthDate

SEEN_ON = datetime(2026, 10, 20, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DOCTORS_HOSPITAL = "80901"
DOCTORS_SHARE = 0.05  # of all persons are patients of that hospital: 50,000 of a million
CHUNK = 5_000
SAMPLE = 200
TABLES = ("people_person", "people_identifier", "people_token", "access_care_relation")
CARE_COLUMNS = {
    "person_id": "bigint", "source_person_id": "bigint", "facility_id": "bigint", "kind": "text", "first_day": "date",
    "last_day": "date", "package_id": "bigint",
}  # fmt: skip
Claim = tuple[ClaimedIdentity, Origin]


@dataclass(frozen=True)
class Resident:
    """A person with the facility that sent them and whether the doctor's hospital knows them too."""

    person: Person
    facility_code: str
    known_to_doctor: bool

    def claim(self) -> ClaimedIdentity:
        person, day = self.person, SEEN_ON.date()
        numbers = [
            ("personal_number", person.id_on(day)), ("insurance_number", person.insurance_number),
            ("card", person.card_on(day)), ("facility_number", f"SYN{person.number:08d}"),
        ]  # fmt: skip
        return ClaimedIdentity(
            person.name, BirthDate(person.born, 3), person.sex, tuple(one for one in numbers if one[1]),
            self.facility_code, person.phone, person.address(day), SEEN_ON, "80", person.commune.code,
        )  # fmt: skip


def residents(count: int) -> Iterator[Resident]:
    """So many persons, the same every time."""
    return islice(_everybody(), count)


def _everybody() -> Iterator[Resident]:
    number, household, end = 1, 1, date(2026, 10, 31)
    while True:
        rng = Random(f"person-search/{household}")
        home = make_household(rng, household, number, end)
        for person in home.members:
            code = person.registered.code
            yield Resident(person, "80911" if code == DOCTORS_HOSPITAL else code, rng.random() < DOCTORS_SHARE)
        number += len(home.members)
        household += 1


def seed(connection: Any, count: int) -> None:
    """File so many persons into empty tables, through an administrator's connection."""
    from hoso.core.places.facilities import ensure_facility, facility_ids
    from hoso.demo.facilities import facilities

    for facility in facilities():
        ensure_facility(facility.code, facility.name)
    ids = facility_ids(facility.code for facility in facilities())
    everybody = residents(count)
    with (
        indexes_made_afterwards(connection, TABLES),
        connection.cursor() as cursor,
        replaced(linked_rows, "bulk_insert", copy_rows),
    ):
        while chunk := list(islice(everybody, CHUNK)):
            batch = Linkage(cursor)
            care = []
            with connection.transaction():
                for resident, (claim, origin) in zip(chunk, claims(chunk, ids), strict=True):
                    person = batch.link(claim, origin).person
                    care += _care(person.person_id, origin.facility_id, ids[DOCTORS_HOSPITAL], resident)
                batch.write()
                copy_rows(cursor, "access_care_relation", CARE_COLUMNS, care)


def claims(people: Sequence[Resident], facility_ids: dict[str, int]) -> list[Claim]:
    from hoso.engines.intake.addresses import residence_of

    made = []
    for resident in people:
        claim = resident.claim()
        made.append(
            (claim, Origin(facility_ids[resident.facility_code], residence_of(claim), 0, resident.person.number))
        )
    return made


def _care(person_id: int, facility_id: int, hospital_id: int, resident: Resident) -> list[tuple[Any, ...]]:
    day = SEEN_ON.date()
    where = [facility_id, *([hospital_id] if resident.known_to_doctor else [])]
    return [(person_id, person_id, one, "visit", day, day, 0) for one in where]


def rows_of_real_path(people: Sequence[Resident]) -> set[tuple[Any, ...]]:
    """The rows the real linkage files for these persons, as the application's role; nothing of it stays."""
    from django.db import connection, transaction

    from hoso.core.accounts.machines import intake_service_id
    from hoso.core.database.session import acting_transaction
    from hoso.core.places.facilities import facility_ids

    ids = facility_ids({resident.facility_code for resident in people})
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        batch = Linkage(cursor)
        made = claims(people, ids)
        batch.load([(claim, origin.facility_id) for claim, origin in made])
        persons = [batch.link(claim, origin).person.person_id for claim, origin in made]
        batch.write()
        rows = rows_of(cursor, persons)
        transaction.set_rollback(True)
    return rows


def rows_of(cursor: Any, persons: Sequence[int]) -> set[tuple[Any, ...]]:
    """Everything filed of these persons, by table."""
    found: set[tuple[Any, ...]] = set()
    cursor.execute("SET TIME ZONE 'UTC'")  # times are compared as text
    for table in TABLES[:3]:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t WHERE person_id = ANY (%s)", [list(persons)])
        found |= {(table, row[0]) for row in cursor.fetchall()}
    return found


def person_ids(people: Sequence[Resident]) -> list[int]:
    from hoso.engines.people.claimed import ids_from

    return [ids_from(resident.claim().seed())[0] for resident in people]
