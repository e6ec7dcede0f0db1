"""Tying visits to persons, a batch at a time, inside the transaction that files them.

First form: equality of numbers, strongest kind first. A contradiction keeps the visit on a provisional person
under review, outside the joined timeline, until someone decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hoso.engines.people.claimed import ClaimedIdentity, Key, differences, stated, strict_differences
from hoso.engines.people.details import Statement, holding, in_order
from hoso.engines.people.known_person import KnownPerson, Origin, load_persons
from hoso.engines.people.linked_rows import Contradiction, NewNumber, News, write_news
from hoso.engines.people.models import BirthDate
from hoso.engines.people.name_tokens import tokens_of_name
from hoso.engines.people.statements import StatementRow

# Taken alone by a batch of visits, shared by single writers, who lock the numbers they are about.
WRITER_LOCK = 4210130


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
        self.ended: dict[Key, date | None] = {}  # of a number that its bearer has no more, the day
        self.news = News()

    def load(self, claims: Sequence[tuple[ClaimedIdentity, int]]) -> None:
        """Read every person one of these (claim, facility) may be about."""
        keys = {key for claim, facility in claims for key in claim.keys(facility)}
        self.cursor.execute(
            """
            SELECT i.kind, i.value, i.issuer_id, i.source_person_id, i.valid_to FROM people_identifier i
            JOIN unnest(%s::text[], %s::text[], %s::bigint[]) AS k (kind, value, issuer_id)
                ON i.kind = k.kind AND i.value = k.value AND i.issuer_id = k.issuer_id
            WHERE NOT i.contested
            ORDER BY i.valid_to NULLS LAST -- who bears it now comes after who did
            """,
            [[key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]],
        )
        for kind, value, issuer, person_id, valid_to in self.cursor.fetchall():
            self.owners[kind, value, issuer] = person_id
            self.ended[kind, value, issuer] = valid_to
        provisional = {claim.provisional_ids()[0] for claim, _ in claims}
        self._load_persons(sorted(set(self.owners.values()) | provisional))

    def _load_persons(self, person_ids: list[int]) -> None:
        self.persons |= {person.person_id: person for person in load_persons(self.cursor, person_ids, self.persons)}

    def known(self, person_id: int) -> KnownPerson:
        """A person by number, whoever the claims are about. Raises KeyError where there is none."""
        if person_id not in self.persons:
            self._load_persons([person_id])
        return self.persons[person_id]

    def link(self, claim: ClaimedIdentity, origin: Origin) -> Linked:
        """Tie one claim to a known person, a new one, or a provisional one."""
        keys = claim.keys(origin.facility_id)
        known = [key for key in keys if key in self.owners]
        owner_key = next((key for key in known if self._holds(key, claim)), known[0] if known else None)
        if owner_key is None:
            person = self._new_person(claim, origin)
            self._state(person, claim, origin, made_of_it=True)
            return self._attach(person, claim, keys, origin, {})
        person = self.persons[self.owners[owner_key]]
        against = differences if self._holds(owner_key, claim) else strict_differences
        conflict = against(claim, person.name, person.birth, person.sex)
        if owner_key[0] == "passport":  # two states may give one number
            conflict |= _of_two_states(claim, person)
        if not conflict:
            self._state(person, claim, origin)
            return self._attach(person, claim, keys, origin, {})
        apart = self._provisional_person(claim, origin, keys)
        self._state(apart, claim, origin)
        if not apart.provisional or apart.now is person.now:
            return Linked(apart, {}, [])
        self.news.contradictions.append(Contradiction(apart, person, owner_key[0], conflict, origin))
        return Linked(apart, conflict, [])

    def describe(self, person_id: int, claim: ClaimedIdentity, origin: Origin) -> Linked:
        """Take a new description of a person who is known: whom it is about is not asked again."""
        person = self.known(person_id)
        self._state(person, claim, origin)
        return self._attach(person, claim, claim.keys(origin.facility_id), origin, {})

    def _holds(self, key: Key, claim: ClaimedIdentity) -> bool:
        """Whether the number still named its bearer when the claim was made; afterwards it may have been given to another."""
        ended = self.ended.get(key)
        return ended is None or claim.as_of.date() < ended

    def _new_person(self, claim: ClaimedIdentity, origin: Origin) -> KnownPerson:
        person_id, patient_id = claim.ids()
        if person_id in self.persons:  # its number was given away since; this human needs other ids
            person_id, patient_id = claim.provisional_ids()
        return self._add_person(person_id, patient_id, claim, origin, provisional=False)

    def _provisional_person(self, claim: ClaimedIdentity, origin: Origin, keys: list[Key]) -> KnownPerson:
        person_id, patient_id = claim.provisional_ids()
        if person := self.persons.get(person_id):
            return person
        person = self._add_person(person_id, patient_id, claim, origin, provisional=True)
        for key in keys:
            person.numbers[key] = origin.withheld
            self.news.numbers.append(NewNumber(key, person, origin, contested=True))
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

    def _state(self, person: KnownPerson, claim: ClaimedIdentity, origin: Origin, *, made_of_it: bool = False) -> None:
        """Take down what the visit says of the person. An empty field says nothing and changes nothing, and a visit of which
        nothing may be known says nothing. Under whom the person is shown now hears it too. Of a person made of this very
        claim (`made_of_it`) what holds is what was taken from it: that is not worked out once more.
        """
        if not origin.encounter:
            return
        if claim.name != person.name and claim.name not in {
            one.details.get("name") for one in person.statements.values()
        }:
            self._add_tokens(person, origin, claim.name)
        details = {} if origin.withheld else stated(claim, origin.place_id)
        statement = Statement(origin.encounter, claim.as_of, claim.source, details)
        person.statements[origin.encounter] = statement
        row = StatementRow(
            person.now.person_id, person.source_person_id, statement, origin.facility_id, 0, origin.sensitivity,
            origin.package_id, origin.line,
        )  # fmt: skip
        self.news.statements[person.person_id, origin.encounter] = row
        if made_of_it:
            return
        if not person.says_of_itself:
            self._take_latest(person, claim, origin, statement)
        self.settle(person)
        if under := person.joined_to:
            held = under.statements.get(origin.encounter)
            if held and not held.joined:  # the visit was thought to be about whom the person is shown under
                self._forget(under, origin.encounter)
            under.statements[origin.encounter] = replace(statement, joined=True)
            self.settle(under)

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

    def release(self, person_id: int, encounter: str, still_under: KnownPerson | None = None) -> None:
        """The visit is no longer this person's: what it said of them holds no more. `still_under`: a person joined with
        them, whose it is now, so that it is shown where it was."""
        person = self.known(person_id)
        for one in (person, person.now) if person.joined_to else (person,):
            if one is not still_under:
                self._forget(one, encounter)
            self.settle(one)

    def _forget(self, person: KnownPerson, encounter: str) -> None:
        """With its last saying of its own a person keeps the facts it had by itself, not those of whoever is joined to it:
        they are all there is of it once the two are parted."""
        sayings = dict(person.statements)
        said = person.statements.pop(encounter, None)
        if said and not said.joined and said.details and not person.says_of_itself:
            self._settle_from(person, [one for one in sayings.values() if not one.joined])

    def settle(self, person: KnownPerson) -> None:
        """Bring a person's facts to what holds of all statements."""
        if person.says_of_itself:
            self._settle_from(person, list(person.statements.values()))

    def _settle_from(self, person: KnownPerson, statements: Sequence[Statement]) -> None:
        held = {key: one.details[key] for key, one in holding(statements).items()}
        before = _facts(person)
        person.name = held.get("name", person.name)
        if birth := held.get("birth"):
            person.birth = BirthDate(date.fromisoformat(birth[0]), birth[1], birth[2])
        person.sex = held.get("sex", 3)
        person.phone, person.address = held.get("phone", ""), held.get("address", "")
        person.place_id = held.get("residence", 0)
        person.as_of = max(one.said_at for one in statements)
        self._note_change(person, before)

    def _note_change(self, person: KnownPerson, before: tuple[Any, ...]) -> None:
        """What must be written where the facts are others than `before`."""
        if before != _facts(person):
            person.is_changed = True
        if before[-1] != person.place_id:
            self.news.moved.add(person.person_id)

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
                if owner not in self.persons or self.persons[owner].now is not person.now:
                    taken.append((key[0], key[1]))
            elif key not in person.numbers:
                person.numbers[key] = origin.withheld
                self.news.numbers.append(NewNumber(key, person, origin, contested=False))
                if person.joined_to:
                    person.joined_to.joined_numbers[key] = origin.withheld
            elif person.numbers[key] & ~origin.withheld:
                person.numbers[key] &= origin.withheld
                self.news.shown[key, person.person_id] = person.numbers[key]
        if claim.phone:
            self.news.numbers.append(NewNumber(("phone", claim.phone, 0), person, origin, contested=False))
        return Linked(person, conflict, taken)

    def give_number(self, person: KnownPerson, key: Key) -> None:
        """A number that the house gives, so that nobody else bears it."""
        self.owners[key] = person.person_id
        person.numbers[key] = 0
        if person.joined_to:
            person.joined_to.joined_numbers[key] = 0
        self.news.numbers.append(NewNumber(key, person, Origin(0, 0, 0, 0), contested=False))

    def _add_tokens(self, person: KnownPerson, origin: Origin, name: str) -> None:
        for token in tokens_of_name(name):
            self.news.tokens.setdefault((token, person.person_id), origin)

    def write(self) -> None:
        """Store what this batch found out."""
        write_news(self.cursor, self.persons, self.news)

    def homes(self) -> dict[int, int]:
        """Where those live now who moved: person -> place."""
        return self.news.homes(self.persons)


def _of_two_states(claim: ClaimedIdentity, person: KnownPerson) -> dict[str, list[str]]:
    held = {key: one.details[key] for key, one in holding(person.statements.values()).items()}.get("nationality")
    said = claim.details.get("nationality")
    return {"nationality": [said, held]} if said and held and said != held else {}


def _facts(p: KnownPerson) -> tuple[Any, ...]:
    return p.name, p.birth, p.sex, p.phone, p.address, p.as_of, p.place_id
