"""The persons that the Patients of one turn describe: known by their numbers, or new."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from hoso.core.places.written import written_place
from hoso.engines.people.described import DescribedIdentity, described
from hoso.engines.people.known_person import KnownPerson, Origin
from hoso.engines.people.linkage import WRITER_LOCK, Linkage
from hoso.engines.records.actions import move_home
from hoso.engines.records.fhir.writing.belonging import Whose


class Patients:
    def __init__(self, cursor: Any, at: datetime, facility_id: int) -> None:
        self.cursor = cursor
        self.at = at
        self.facility_id = facility_id
        self.people = Linkage(cursor)
        self.claims: dict[str, DescribedIdentity] = {}

    def load(self, patients: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Read whom these (id, Patient) may be about; other writers of the same numbers wait."""
        if not patients:
            return
        self.claims = {id_: described(content, id_, self.at) for id_, content in patients}
        numbers = sorted({number for claim in self.claims.values() for number in claim.numbers})
        self.cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [WRITER_LOCK])
        for number in numbers:
            self.cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock(number)])
        self.people.load([(claim, self.facility_id) for claim in self.claims.values()])

    def whose(self, id_: str, known: int | None, *, described_anew: bool) -> Whose:
        """The person of a Patient of this turn. `known`: the person under whom its earlier version was filed."""
        # The resource is one statement among those of visits; its next version takes its place.
        claim = self.claims[id_]
        home = written_place(claim.address, self.at.date())
        origin = Origin(self.facility_id, home, 0, 0, encounter=f"Patient/{id_}")
        if known is None:
            return _whose(self.people.link(claim, origin).person)
        if described_anew:
            return _whose(self.people.describe(known, claim, origin).person)
        return _whose(self.people.known(known))

    def write(self) -> None:
        if self.claims:
            self.people.write()

    def move_homes(self) -> None:
        """Once the resources are written: what is filed of a person goes to where they live now."""
        move_home(self.cursor, self.people.homes())


def _whose(person: KnownPerson) -> Whose:
    return Whose(person.now.person_id, person.source_person_id, person.patient_id, person.now.place_id)


def _lock(number: tuple[str, str]) -> int:
    digest = blake2b("\x1f".join(number).encode(), digest_size=8, person=b"number").digest()
    return int.from_bytes(digest, "big", signed=True)
