"""The rows of what a batch of visits told of persons: what is new, what changed, and who lives elsewhere now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from hoso.core.database.bulk import bulk_insert, bulk_update
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.sorting import name_sort_key
from hoso.engines.people.claimed import Key
from hoso.engines.people.known_person import KnownPerson, Origin
from hoso.engines.people.statements import StatementRow, write_statements

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


# Tables of the people index whose rows say where the person lives now.
HOMES = (
    "people_identifier", "people_token", "people_conflict", "people_statement", "people_pair", "people_join",
    "people_household_member", "people_population_group", "people_card", "people_birth",
)  # fmt: skip


class NewNumber(NamedTuple):
    """A number first told of a person; contested where it is somebody else's until a person decides."""

    key: Key
    person: KnownPerson
    origin: Origin
    contested: bool


class Contradiction(NamedTuple):
    """A claim kept apart from the person whom its number names, with what differs."""

    person: KnownPerson
    other: KnownPerson
    kind: str
    differences: dict[str, list[str]]
    origin: Origin


@dataclass
class News:
    """What a batch found out beside the persons themselves, who say so of themselves (`is_new`, `is_changed`)."""

    numbers: list[NewNumber] = field(default_factory=list)
    shown: dict[tuple[Key, int], int] = field(default_factory=dict)  # known by a withheld visit alone until now
    tokens: dict[tuple[int, int], Origin] = field(default_factory=dict)  # (search word, person)
    statements: dict[tuple[int, str], StatementRow] = field(default_factory=dict)  # (person, visit)
    contradictions: list[Contradiction] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)  # persons who live elsewhere than was known before

    def homes(self, persons: Mapping[int, KnownPerson]) -> dict[int, int]:
        """Where those live now who moved: person -> place."""
        moved = (persons[person_id] for person_id in sorted(self.moved))
        return {one.person_id: one.place_id for one in moved if not one.joined_to}


def write_news(cursor: Any, persons: Mapping[int, KnownPerson], news: News) -> None:
    """Store new and changed persons, numbers, search words, statements and contradictions."""
    bulk_insert(cursor, "people_person", PERSON_COLUMNS, [person_row(one) for one in persons.values() if one.is_new])
    _write_changed(cursor, [one for one in persons.values() if one.is_changed and not one.is_new])
    bulk_insert(cursor, "people_identifier", NUMBER_COLUMNS, map(number_row, news.numbers), "ON CONFLICT DO NOTHING")
    tokens = [
        token_row(token, persons[person_id], origin) for (token, person_id), origin in sorted(news.tokens.items())
    ]
    bulk_insert(cursor, "people_token", TOKEN_COLUMNS, tokens, "ON CONFLICT DO NOTHING")
    _write_shown(cursor, news.shown)
    write_statements(
        cursor, (replace(row, place_id=persons[row.person_id].place_id) for row in news.statements.values())
    )
    _write_contradictions(cursor, news.contradictions)
    _write_moved(cursor, news.homes(persons))


def _write_changed(cursor: Any, changed: Iterable[KnownPerson]) -> None:
    names = [name for name in PERSON_COLUMNS if name not in _NEVER_CHANGED]
    columns = {name: PERSON_COLUMNS[name] for name in ("person_id", *names)}
    places = [list(PERSON_COLUMNS).index(name) for name in columns]
    rows = [[row[place] for place in places] for row in map(person_row, changed)]
    bulk_update(cursor, "people_person", ("person_id",), columns, rows)


def _write_shown(cursor: Any, shown: Mapping[tuple[Key, int], int]) -> None:
    """Another visit told a number too, so it may be known now."""
    for (key, person_id), sensitivity in shown.items():
        cursor.execute(
            "UPDATE people_identifier SET sensitivity = %s"
            " WHERE kind = %s AND value = %s AND issuer_id = %s AND source_person_id = %s",
            [sensitivity, *key, person_id],
        )


def _write_contradictions(cursor: Any, found: Iterable[Contradiction]) -> None:
    for person, other, kind, differences, origin in found:
        cursor.execute(
            """
            INSERT INTO people_conflict (person_id, source_person_id, other_person_id, identifier_kind, differences,
                                         facility_id, place_id, package_id)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
            """,
            [
                person.person_id, person.source_person_id, other.person_id, kind, Jsonb(differences), origin.facility_id,
                person.place_id, origin.package_id,
            ],
        )  # fmt: skip


def _write_moved(cursor: Any, homes: Mapping[int, int]) -> None:
    """What is known of a person goes with them, so that today's station finds it and the former one no longer."""
    for table in HOMES if homes else ():
        cursor.execute(
            f"UPDATE {table} t SET place_id = home.place FROM unnest(%s::bigint[], %s::bigint[]) AS home (person, place)"
            " WHERE t.person_id = home.person AND t.place_id <> home.place",
            [list(homes), list(homes.values())],
        )


def number_row(new: NewNumber) -> tuple[Any, ...]:
    """Of `NUMBER_COLUMNS`."""
    key, person, origin, contested = new
    return (
        *key, person.now.person_id, person.source_person_id, contested, origin.facility_id, person.now.place_id,
        person.numbers.get(key, origin.withheld), origin.package_id, origin.line,
    )  # fmt: skip


def token_row(token: int, person: KnownPerson, origin: Origin) -> tuple[Any, ...]:
    """Of `TOKEN_COLUMNS`."""
    return (
        token, person.now.person_id, person.source_person_id, origin.facility_id, person.now.place_id, origin.package_id,
        origin.line,
    )  # fmt: skip


def person_row(p: KnownPerson) -> tuple[Any, ...]:
    """Of `PERSON_COLUMNS`."""
    return (
        p.person_id, p.source_person_id, p.patient_id, p.name, fold(p.name), name_sort_key(p.name), p.birth.day,
        p.birth.precision, p.birth.time, p.sex, p.phone, p.address, p.as_of, p.provisional, p.facility_id, p.place_id,
        p.package_id,
    )  # fmt: skip
