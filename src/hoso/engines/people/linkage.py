"""Tying visits to persons, a batch at a time, inside the transaction that files them.

First form: equality of numbers, strongest kind first. A contradiction keeps the visit on a provisional person
under review, outside the joined timeline, until someone decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert, bulk_update
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.sorting import name_sort_key
from hoso.engines.people.claimed import ClaimedIdentity, Key, differences, stated
from hoso.engines.people.details import Statement, holding, in_order
from hoso.engines.people.models import BirthDate
from hoso.engines.people.name_tokens import tokens_of_name
from hoso.engines.people.statements import StatementRow, load_statements, write_statements

# Taken alone by a batch of visits, shared by single writers, who lock the numbers they are about.
WRITER_LOCK = 4210130


@dataclass(slots=True)
class KnownPerson:
    """The facts of a person as the batch sees them; `is_new` and `is_changed` say what must be written."""

    person_id: int
    source_person_id: int
    patient_id: str
    name: str
    birth: BirthDate
    sex: int
    phone: str
    address: str
    as_of: datetime
    provisional: bool
    facility_id: int
    place_id: int
    package_id: int
    merged_into: int | None = None
    numbers: dict[Key, int] = field(default_factory=dict)  # with the labels by which a number may not be known
    statements: dict[str, Statement] = field(default_factory=dict)  # by visit
    is_new: bool = False
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a claim came from; `withheld`: the labels of a visit of which nothing may be known, numbers neither."""

    facility_id: int
    place_id: int
    package_id: int
    line: int
    encounter: str = ""  # of the visit; without one the claim is no statement that could be corrected later
    sensitivity: int = 0  # of the visit as a whole
    withheld: int = 0


@dataclass(slots=True)
class Linked:
    """The person a claim was tied to; `conflict` names the contradiction, `taken` numbers that are someone else's."""

    person: KnownPerson
    conflict: dict[str, list[str]]
    taken: list[tuple[str, str]]


class Linkage:
    """One batch. `load` reads what is known, `link` ties one claim, `write` stores what is new."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.persons: dict[int, KnownPerson] = {}
        self.owners: dict[Key, int] = {}
        self.new_numbers: list[tuple[Key, KnownPerson, Origin, bool]] = []
        self.shown_numbers: dict[tuple[Key, int], int] = {}  # known by a withheld visit alone until now
        self.new_tokens: dict[tuple[int, int], Origin] = {}
        self.moved: set[int] = set()  # persons who live elsewhere than was known before
        self.statements: dict[tuple[int, str], StatementRow] = {}
        self.conflicts: list[tuple[KnownPerson, KnownPerson, str, dict[str, list[str]], Origin]] = []

    def load(self, claims: Sequence[tuple[ClaimedIdentity, int]]) -> None:
        """Read every person one of these (claim, facility) may be about."""
        keys = {key for claim, facility in claims for key in claim.keys(facility)}
        self.cursor.execute(
            """
            SELECT i.kind, i.value, i.issuer_id, i.person_id FROM people_identifier i
            JOIN unnest(%s::text[], %s::text[], %s::bigint[]) AS k (kind, value, issuer_id)
                ON i.kind = k.kind AND i.value = k.value AND i.issuer_id = k.issuer_id
            WHERE NOT i.contested
            """,
            [[key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]],
        )
        for kind, value, issuer, person_id in self.cursor.fetchall():
            self.owners[kind, value, issuer] = person_id
        provisional = {claim.provisional_ids()[0] for claim, _ in claims}
        self._load_persons(sorted(set(self.owners.values()) | provisional))
        joined = {person.merged_into for person in self.persons.values() if person.merged_into}
        self._load_persons(sorted(joined - self.persons.keys()))

    def _load_persons(self, person_ids: list[int]) -> None:
        if not person_ids:
            return
        self.cursor.execute(
            """
            SELECT person_id, source_person_id, patient_id, name, birth_date, birth_precision, birth_time, sex, phone,
                   address, as_of, provisional, facility_id, place_id, package_id, merged_into
            FROM people_person WHERE person_id = ANY (%s)
            """,
            [person_ids],
        )
        for row in self.cursor.fetchall():
            self.persons[row[0]] = KnownPerson(*[*row[:4], BirthDate(*row[4:7]), *row[7:]])
        self.cursor.execute(
            "SELECT person_id, kind, value, issuer_id, sensitivity FROM people_identifier WHERE person_id = ANY (%s) AND kind <> 'phone'",
            [person_ids],
        )
        for person_id, kind, value, issuer, sensitivity in self.cursor.fetchall():
            if person_id in self.persons:
                self.persons[person_id].numbers[kind, value, issuer] = sensitivity
        for person_id, statement in load_statements(self.cursor, person_ids):
            if person_id in self.persons:
                self.persons[person_id].statements[statement.encounter] = statement

    def known(self, person_id: int) -> KnownPerson:
        """A person by number, whoever the claims are about. Raises KeyError where there is none."""
        if person_id not in self.persons:
            self._load_persons([person_id])
        return self.persons[person_id]

    def link(self, claim: ClaimedIdentity, origin: Origin) -> Linked:
        """Tie one claim to a known person, a new one, or a provisional one."""
        keys = claim.keys(origin.facility_id)
        owner_key = next((key for key in keys if key in self.owners), None)
        if owner_key is None:
            person = self._new_person(claim, origin)
            self._state(person, claim, origin)
            return self._attach(person, claim, keys, origin, {})
        person = self.persons[self.owners[owner_key]]
        conflict = differences(claim, person.name, person.birth, person.sex)
        if not conflict:
            self._state(person, claim, origin)
            return self._attach(person, claim, keys, origin, {})
        apart = self._provisional_person(claim, origin, keys)
        self._state(apart, claim, origin, filed_under=claim.provisional_ids()[0])
        if apart.provisional:
            self.conflicts.append((apart, person, owner_key[0], conflict, origin))
        return Linked(apart, conflict if apart.provisional else {}, [])

    def describe(self, person_id: int, claim: ClaimedIdentity, origin: Origin) -> Linked:
        """Take a new description of a person who is known: whom it is about is not asked again."""
        person = self.known(person_id)
        self._state(person, claim, origin)
        return self._attach(person, claim, claim.keys(origin.facility_id), origin, {})

    def _new_person(self, claim: ClaimedIdentity, origin: Origin) -> KnownPerson:
        person_id, patient_id = claim.ids()
        if person_id in self.persons:  # its number was given away since; this human needs other ids
            person_id, patient_id = claim.provisional_ids()
        return self._add_person(person_id, patient_id, claim, origin, provisional=False)

    def _provisional_person(self, claim: ClaimedIdentity, origin: Origin, keys: list[Key]) -> KnownPerson:
        person_id, patient_id = claim.provisional_ids()
        if person := self.persons.get(person_id):
            return self.persons[person.merged_into] if person.merged_into else person
        person = self._add_person(person_id, patient_id, claim, origin, provisional=True)
        for key in keys:
            person.numbers[key] = origin.withheld
            self.new_numbers.append((key, person, origin, True))
        return person

    def _add_person(
        self, person_id: int, patient_id: str, claim: ClaimedIdentity, origin: Origin, *, provisional: bool
    ) -> KnownPerson:
        person = KnownPerson(
            person_id,
            person_id,
            patient_id,
            claim.name,
            claim.birth,
            claim.sex,
            claim.phone,
            claim.address,
            claim.as_of,
            provisional,
            origin.facility_id,
            origin.place_id,
            origin.package_id,
            is_new=True,
        )
        self.persons[person_id] = person
        self._add_tokens(person, origin, person.name)
        return person

    def _state(self, person: KnownPerson, claim: ClaimedIdentity, origin: Origin, filed_under: int = 0) -> None:
        """Take down what the visit says of the person. An empty field says nothing and changes nothing, and a visit of which
        nothing may be known says nothing.

        `filed_under` is the person whom the claim alone would name, where that one was found to be `person`.
        """
        if not origin.encounter:
            return
        if claim.name not in {one.details.get("name") for one in person.statements.values()}:
            self._add_tokens(person, origin, claim.name)
        source_person = filed_under or person.source_person_id
        joined = source_person != person.person_id
        details = {} if origin.withheld else stated(claim, origin.place_id)
        statement = Statement(origin.encounter, claim.as_of, claim.source, details, joined)
        person.statements[origin.encounter] = statement
        row = StatementRow(
            person.person_id, source_person, statement, origin.facility_id, 0, origin.sensitivity,
            origin.package_id, origin.line,
        )  # fmt: skip
        self.statements[person.person_id, origin.encounter] = row
        if not any(one.details for one in person.statements.values()):
            self._take_latest(person, claim, origin, statement)
        self.settle(person)

    def _take_latest(self, person: KnownPerson, claim: ClaimedIdentity, origin: Origin, statement: Statement) -> None:
        """Of a person whose every visit is withheld, the facts of the latest one: not of whichever arrived first."""
        own = [one for one in person.statements.values() if not one.joined]
        if not own or in_order(own)[-1] is not statement:
            return
        before = _facts(person)
        person.name, person.birth, person.sex = claim.name, claim.birth, claim.sex
        person.phone, person.address, person.place_id = claim.phone, claim.address, origin.place_id
        person.as_of = claim.as_of
        self._note_change(person, before)

    def release(self, person_id: int, encounter: str) -> None:
        """The visit is no longer this person's: what it said of them holds no more."""
        person = self.known(person_id)
        person.statements.pop(encounter, None)
        self.settle(person)

    def settle(self, person: KnownPerson) -> None:
        """Bring a person's facts to what holds of all statements."""
        held = {key: one.details[key] for key, one in holding(person.statements.values()).items()}
        if not held:
            return
        before = _facts(person)
        person.name = held.get("name", person.name)
        if birth := held.get("birth"):
            person.birth = BirthDate(date.fromisoformat(birth[0]), birth[1], birth[2])
        person.sex = held.get("sex", 3)
        person.phone, person.address = held.get("phone", ""), held.get("address", "")
        person.place_id = held.get("residence", 0)
        person.as_of = max(one.said_at for one in person.statements.values())
        self._note_change(person, before)

    def _note_change(self, person: KnownPerson, before: tuple[Any, ...]) -> None:
        """What must be written where the facts are others than `before`."""
        if before != _facts(person):
            person.is_changed = True
        if before[-1] != person.place_id:
            self.moved.add(person.person_id)

    def _attach(
        self,
        person: KnownPerson,
        claim: ClaimedIdentity,
        keys: list[Key],
        origin: Origin,
        conflict: dict[str, list[str]],
    ) -> Linked:
        taken = []
        for key in keys:
            owner = self.owners.setdefault(key, person.person_id)
            if owner != person.person_id:
                taken.append((key[0], key[1]))
            elif key not in person.numbers:
                person.numbers[key] = origin.withheld
                self.new_numbers.append((key, person, origin, False))
            elif person.numbers[key] & ~origin.withheld:
                person.numbers[key] &= origin.withheld
                self.shown_numbers[key, person.person_id] = person.numbers[key]
        if claim.phone:
            self.new_numbers.append((("phone", claim.phone, 0), person, origin, False))
        return Linked(person, conflict, taken)

    def _add_tokens(self, person: KnownPerson, origin: Origin, name: str) -> None:
        for token in tokens_of_name(name):
            self.new_tokens.setdefault((token, person.person_id), origin)

    def write(self) -> None:
        """Store what this batch found out: new and changed persons, numbers, tokens, contradictions."""
        people = [person for person in self.persons.values() if person.is_new]
        bulk_insert(self.cursor, "people_person", PERSON_COLUMNS, map(_person_row, people))
        self._write_changed()
        bulk_insert(
            self.cursor,
            "people_identifier",
            NUMBER_COLUMNS,
            [
                (
                    key[0],
                    key[1],
                    key[2],
                    person.person_id,
                    person.source_person_id,
                    contested,
                    origin.facility_id,
                    person.place_id,
                    person.numbers.get(key, origin.withheld),
                    origin.package_id,
                    origin.line,
                )
                for key, person, origin, contested in self.new_numbers
            ],
            "ON CONFLICT DO NOTHING",
        )
        bulk_insert(
            self.cursor,
            "people_token",
            TOKEN_COLUMNS,
            [
                (
                    token,
                    person_id,
                    self.persons[person_id].source_person_id,
                    origin.facility_id,
                    self.persons[person_id].place_id,
                    origin.package_id,
                    origin.line,
                )
                for (token, person_id), origin in sorted(self.new_tokens.items())
            ],
            "ON CONFLICT DO NOTHING",
        )
        self._write_shown()
        write_statements(
            self.cursor,
            (replace(row, place_id=self.persons[row.person_id].place_id) for row in self.statements.values()),
        )
        self._write_conflicts()
        self._write_moved()

    def homes(self) -> dict[int, int]:
        """Where those live now who moved: person -> place."""
        return {person_id: self.persons[person_id].place_id for person_id in sorted(self.moved)}

    def _write_shown(self) -> None:
        """Another visit told a number too, so it may be known now."""
        for (key, person_id), sensitivity in self.shown_numbers.items():
            self.cursor.execute(
                "UPDATE people_identifier SET sensitivity = %s"
                " WHERE kind = %s AND value = %s AND issuer_id = %s AND person_id = %s",
                [sensitivity, *key, person_id],
            )

    def _write_moved(self) -> None:
        """What is known of a person goes with them, so that today's station finds it and the former one no longer."""
        homes = self.homes()
        for table in ("people_identifier", "people_token", "people_conflict", "people_statement") if homes else ():
            self.cursor.execute(
                f"UPDATE {table} t SET place_id = home.place FROM unnest(%s::bigint[], %s::bigint[]) AS home (person, place)"
                " WHERE t.person_id = home.person AND t.place_id <> home.place",
                [list(homes), list(homes.values())],
            )

    def _write_changed(self) -> None:
        changed = [person for person in self.persons.values() if person.is_changed and not person.is_new]
        names = [name for name in PERSON_COLUMNS if name not in _NEVER_CHANGED]
        columns = {name: PERSON_COLUMNS[name] for name in ("person_id", *names)}
        places = [list(PERSON_COLUMNS).index(name) for name in columns]
        rows = [[row[place] for place in places] for row in map(_person_row, changed)]
        bulk_update(self.cursor, "people_person", ("person_id",), columns, rows)

    def _write_conflicts(self) -> None:
        for person, other, kind, found, origin in self.conflicts:
            self.cursor.execute(
                """
                INSERT INTO people_conflict (person_id, source_person_id, other_person_id, identifier_kind, differences,
                                             facility_id, place_id, package_id)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
                """,
                [
                    person.person_id,
                    person.source_person_id,
                    other.person_id,
                    kind,
                    Jsonb(found),
                    origin.facility_id,
                    person.place_id,
                    origin.package_id,
                ],
            )


PERSON_COLUMNS = {
    "person_id": "bigint", "source_person_id": "bigint", "patient_id": "text", "name": "text", "folded_name": "text",
    "name_sort": "text", "birth_date": "date", "birth_precision": "smallint", "birth_time": "text", "sex": "smallint",
    "phone": "text", "address": "text", "as_of": "timestamptz", "provisional": "boolean", "facility_id": "bigint",
    "place_id": "bigint", "package_id": "bigint",
}  # fmt: skip
_NEVER_CHANGED = ("person_id", "source_person_id", "patient_id", "provisional", "facility_id", "package_id")
NUMBER_COLUMNS = {
    "kind": "text", "value": "text", "issuer_id": "bigint", "person_id": "bigint", "source_person_id": "bigint",
    "contested": "boolean", "facility_id": "bigint", "place_id": "bigint", "sensitivity": "integer", "package_id": "bigint", "source_line": "integer",
}  # fmt: skip
TOKEN_COLUMNS = {
    "hash": "bigint", "person_id": "bigint", "source_person_id": "bigint", "facility_id": "bigint", "place_id": "bigint",
    "package_id": "bigint", "source_line": "integer",
}  # fmt: skip


def _facts(p: KnownPerson) -> tuple[Any, ...]:
    return p.name, p.birth, p.sex, p.phone, p.address, p.as_of, p.place_id


def _person_row(p: KnownPerson) -> tuple[Any, ...]:
    return (
        p.person_id, p.source_person_id, p.patient_id, p.name, fold(p.name), name_sort_key(p.name), p.birth.day,
        p.birth.precision, p.birth.time, p.sex, p.phone, p.address, p.as_of, p.provisional, p.facility_id, p.place_id,
        p.package_id,
    )  # fmt: skip
