"""Which person of one store is which of the other, told by the visits filed of them.

A person keeps the ids given when first heard of (docs/decisions/0077-ids-of-a-person-are-kept.md), so two orders of
arrival may name one person differently. That is all they may do: the correspondence is one to one, and under it every
row must be the same.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Visit = tuple[str, str]  # facility's code, MA_LK
Ids = tuple[int, str]  # person, Patient
_VISITS = """
    SELECT f.code, v.ma_lk, p.person_id, p.patient_id FROM intake_current_visit v
    JOIN places_facility f ON f.id = v.facility_id JOIN people_person p ON p.person_id = v.person_id
"""
_DISPUTED = """
    SELECT person_id, patient_id FROM people_person WHERE person_id IN (
        SELECT person_id FROM people_conflict UNION SELECT other_person_id FROM people_conflict)
"""
DISPUTED = "disputed"  # what every person on a side of a contradiction is called


class NotOneToOne(AssertionError):
    """Visits of one person in one store are of several persons in the other."""


@dataclass(frozen=True)
class Persons:
    """Of a store: who every filed visit is of, and who stands on a side of a contradiction (person -> Patient id)."""

    by_visit: dict[Visit, Ids]
    disputed: dict[int, str]


@dataclass(frozen=True)
class Names:
    """How the persons of a store are called when it is compared; who is not listed keeps their name."""

    persons: dict[int, Any]
    patients: dict[str, str]

    def is_disputed(self, person_id: int) -> bool:
        return self.persons.get(person_id) == DISPUTED

    def person(self, person_id: int) -> Any:
        return self.persons.get(person_id, person_id)

    def patient(self, patient_id: str) -> str:
        return self.patients.get(patient_id, patient_id)

    def body(self, patient_id: str, body: bytes) -> bytes:
        """Bytes filed of a person, with that person's Patient called by its name."""
        return body.replace(patient_id.encode(), self.patient(patient_id).encode())


def persons_of(connection: Any) -> Persons:
    visits = connection.execute(_VISITS).fetchall()
    return Persons(
        {(code, ma_lk): (person, patient) for code, ma_lk, person, patient in visits},
        dict(connection.execute(_DISPUTED).fetchall()),
    )


def names(one: Persons, other: Persons) -> tuple[Names, Names]:
    """Names for two stores: the first's own ones, and for the second's persons those of the same persons in the first.

    Raises NotOneToOne. Persons disputed in either store are left out: who was known first decides on which side of a
    contradiction a visit falls.
    """
    pairs = {
        (ours, theirs)
        for visit, ours in one.by_visit.items()
        if (theirs := other.by_visit.get(visit)) and ours[0] not in one.disputed and theirs[0] not in other.disputed
    }
    _check_one_to_one(pairs)
    _check_one_to_one((theirs, ours) for ours, theirs in pairs)
    return _names(one, []), _names(other, [pair for pair in pairs if pair[0] != pair[1]])


def _check_one_to_one(pairs: Iterable[tuple[Ids, Ids]]) -> None:
    partners: dict[Ids, set[Ids]] = defaultdict(set)
    for person, partner in pairs:
        partners[person].add(partner)
    several = {person: found for person, found in partners.items() if len(found) > 1}
    if several:
        raise NotOneToOne(f"{len(several)} persons are several in the other order: {list(several.items())[:3]}")


def _names(store: Persons, renamed: Iterable[tuple[Ids, Ids]]) -> Names:
    persons: dict[int, Any] = dict.fromkeys(store.disputed, DISPUTED)
    patients = dict.fromkeys(store.disputed.values(), DISPUTED)
    for ours, theirs in renamed:
        persons[theirs[0]], patients[theirs[1]] = ours
    return Names(persons, patients)
