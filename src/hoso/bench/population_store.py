"""The population of `population.py` in the store, as the linkage files persons, by its own functions."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from hoso.bench.population import Record
from hoso.bench.seeding import indexes_made_afterwards

CHUNK = 10_000
TABLES = ("people_person", "people_identifier", "people_token", "people_household_member")


def communes() -> list[int]:
    from hoso.core.places.communes import communes_on

    if not _COMMUNES:
        _COMMUNES.extend(sorted(one.id for one in communes_on(date(2026, 1, 1)).values()))
    return _COMMUNES


_COMMUNES: list[int] = []


def store(connection: Any, records: Iterable[Record]) -> None:
    """File these persons past row security, as the linkage files them; a number stays with whom it was given to first."""
    from hoso.core.database.packed_rows import HEADER, TRAILER, pack_rows

    connection.execute(
        "INSERT INTO household_list (id, file_name, sha256, size_bytes, true_on, given_by, state) OVERRIDING SYSTEM VALUE"
        " VALUES (1, 'bench', '', 0, '2025-09-01', 0, 'done')"
    )
    everybody, taken = iter(records), set[tuple[str, str]]()
    with indexes_made_afterwards(connection, TABLES), connection.cursor() as cursor:
        while chunk := list(islice(everybody, CHUNK)):
            for table, (columns, rows) in _rows(chunk, taken).items():
                with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(HEADER + pack_rows(columns, rows) + TRAILER)


def _rows(chunk: list[Record], taken: set[tuple[str, str]]) -> dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]]:
    """As the linkage files them, by its own functions."""
    from hoso.engines.intake.households.said import MEMBER_COLUMNS
    from hoso.engines.intake.households.spans import span_columns
    from hoso.engines.people import linked_rows
    from hoso.engines.people.claimed import ids_from
    from hoso.engines.people.known_person import KnownPerson, Origin
    from hoso.engines.people.linked_rows import NewNumber
    from hoso.engines.people.models import BirthDate
    from hoso.engines.people.name_tokens import tokens_of_name

    day, at = date(2025, 9, 1), datetime(2025, 9, 1, tzinfo=UTC)
    persons, numbers, tokens, members = [], [], [], []
    for one in chunk:
        place = communes()[one.commune - 1]
        precision = 3 - sum(part is None for part in one.birth)
        birth, origin = BirthDate(date(*[part or 1 for part in one.birth]), precision), Origin(0, place, 0, 1)
        person = KnownPerson(
            one.id, one.id, ids_from(f"bench|{one.id}")[1], one.name, birth, one.sex, one.phone, "", at, False, 0, place, 0
        )  # fmt: skip
        persons.append(linked_rows.person_row(person))
        said = (
            ("personal_number", one.personal_number),
            ("insurance_number", one.insurance_number),
            ("phone", one.phone),
        )
        numbers += [
            linked_rows.number_row(NewNumber((kind, value, 0), person, origin, False))
            for kind, value in said
            if value and (kind, value) not in taken
        ]
        taken.update(one_kind for one_kind in said if one_kind[0] != "phone")
        tokens += [linked_rows.token_row(token, person, origin) for token in tokens_of_name(one.name)]
        if one.household:
            members.append((one.id, one.id, place, day, None, one.household, str(one.id), "", "", 0, 1, 1))
    return {
        "people_person": (linked_rows.PERSON_COLUMNS, persons),
        "people_identifier": (linked_rows.NUMBER_COLUMNS, numbers),
        "people_token": (linked_rows.TOKEN_COLUMNS, tokens),
        "people_household_member": (span_columns(MEMBER_COLUMNS), members),
    }
