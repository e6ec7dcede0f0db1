"""Under whom, and where, a resource is filed: the person its patient reference means, and the facility of its visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hoso.core.access.policy import Scope
from hoso.engines.people.described import NUMBER_SYSTEMS, SID
from hoso.engines.records.actions import Filing
from hoso.engines.records.fhir.writing.asked import Refused
from hoso.engines.records.fhir.writing.owners import Named, must_name_a_patient
from hoso.engines.records.reading import NOBODY
from hoso.engines.records.resource_types import NUMBERS

FACILITY_SYSTEM = SID + "ma-cskcb"


@dataclass(frozen=True, slots=True)
class Whose:
    """A person as rows name them."""

    person_id: int
    source_person_id: int
    patient_id: str
    place_id: int


SHARED = Whose(NOBODY, NOBODY, "", 0)


@dataclass
class Belonging:
    """The persons of one turn: those of the patients it files itself, and those it has looked up."""

    cursor: Any
    scope: Scope
    facility_id: int  # of the writer's assignment; 0 for none
    by_patient: dict[str, Whose] = field(default_factory=dict)
    by_number: dict[tuple[str, str], Whose] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    of_encounter: dict[str, int] = field(default_factory=dict)

    def look_up(self, named: Iterable[Named], facility_codes: Iterable[str], visits: Iterable[str]) -> None:
        """Read everything that these references need, at once; `visits`: ids of Encounters that are filed already."""
        wanted = set(named)
        self._patients({one.id for one in wanted if one.id} - self.by_patient.keys())
        self._numbers({one.identifier for one in wanted if one.identifier})
        codes = set(facility_codes)
        if codes:
            self.cursor.execute("SELECT code, id FROM places_facility WHERE code = ANY (%s)", [sorted(codes)])
            self.facilities.update(self.cursor.fetchall())
        wanted_visits = sorted(visits)
        if wanted_visits:
            self.cursor.execute(
                "SELECT id, facility_id FROM records_location WHERE type = %s AND id = ANY (%s)",
                [NUMBERS["Encounter"], wanted_visits],
            )
            self.of_encounter.update(self.cursor.fetchall())

    def of(self, type_name: str, named: Sequence[Named], place: str) -> Whose:
        """Of the patients it names. Raises Refused: HS5127 where no patient is named, HS5128 where several are, HS5129 where none such is known."""
        if not named:
            if must_name_a_patient(type_name):
                raise Refused("HS5127", place, type=type_name)
            return SHARED
        found = {self._person(one) for one in named}
        if None in found:
            raise Refused("HS5129", place, type=type_name)
        if len({one.person_id for one in found if one}) > 1:
            raise Refused("HS5128", place, type=type_name)
        (whose, *_) = found
        assert whose is not None
        return whose

    def filing(self, whose: Whose, encounter: str | None, content: dict[str, Any]) -> Filing:
        """The row's place. A visit at a facility the house knows belongs to that facility, and so does what it holds."""
        facility_id = self.facility_id
        if content.get("resourceType") == "Encounter":
            if code := facility_code(content):
                facility_id = self.facilities.get(code, facility_id)
            self.of_encounter[encounter or ""] = facility_id
        elif encounter:
            facility_id = self.of_encounter.get(encounter, facility_id)
        return Filing(
            whose.person_id, whose.source_person_id, whose.patient_id, encounter, facility_id, whose.place_id, 0
        )

    def _person(self, named: Named) -> Whose | None:
        return self.by_patient.get(named.id) if named.id else self.by_number.get(named.identifier or ("", ""))

    def _patients(self, ids: set[str]) -> None:
        if not ids:
            return
        self.cursor.execute(
            f"""
            SELECT l.id, p.person_id, l.source_person_id, p.patient_id, p.place_id
            FROM records_location l JOIN people_person p ON p.person_id = l.person_id
            WHERE l.type = %s AND l.id = ANY (%s) AND {self.scope.persons("p")}
            """,
            [NUMBERS["Patient"], sorted(ids)],
        )
        self.by_patient.update((row[0], Whose(*row[1:])) for row in self.cursor.fetchall())

    def _numbers(self, identifiers: set[tuple[str, str]]) -> None:
        known = {
            (NUMBER_SYSTEMS[system], value): (system, value)
            for system, value in identifiers
            if system in NUMBER_SYSTEMS
        }
        if not known:
            return
        self.cursor.execute(
            f"""
            SELECT i.kind, i.value, p.person_id, i.source_person_id, p.patient_id, p.place_id
            FROM people_identifier i JOIN unnest(%s::text[], %s::text[]) AS k (kind, value)
                ON i.kind = k.kind AND i.value = k.value
            JOIN people_person p ON p.person_id = i.person_id
            WHERE NOT i.contested AND i.issuer_id = 0 AND {self.scope.persons("p")}
            ORDER BY i.valid_to NULLS LAST -- who bears it now comes after who did
            """,
            [[kind for kind, _ in known], [value for _, value in known]],
        )
        for row in self.cursor.fetchall():
            self.by_number[known[row[0], row[1]]] = Whose(*row[2:])


def facility_code(encounter: dict[str, Any]) -> str:
    """The code of the facility an Encounter names by its identifier; empty where it does not."""
    identifier = encounter.get("serviceProvider", {}).get("identifier", {})
    return str(identifier.get("value", "")) if identifier.get("system") == FACILITY_SYSTEM else ""
