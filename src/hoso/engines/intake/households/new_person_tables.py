"""One row of everything about a new person, and the tables it is spread over in the database.

Where a person lives and who filed them is said once, by the row of the person; search words and numbers travel as arrays
(docs/decisions/0146-one-row-a-new-person.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from typing import Any

from hoso.engines.intake.households.said import GROUP_COLUMNS, MEMBER_COLUMNS
from hoso.engines.intake.households.spans import span_columns
from hoso.engines.people.linked_rows import NUMBER_COLUMNS, PERSON_COLUMNS, TOKEN_COLUMNS
from hoso.engines.people.statements import COLUMNS as STATEMENT_COLUMNS
from hoso.engines.records.new_rows import FULL_TOKEN_COLUMNS, LOCATION_COLUMNS, RESOURCE_COLUMNS

SHARED = ("person_id", "source_person_id", "facility_id", "place_id", "package_id")  # said by the person's own row
CHANGE_COLUMNS = {
    "topic": "text", "key": "text", "person_id": "bigint", "source_person_id": "bigint", "place_id": "bigint",
    "payload": "jsonb",
}  # fmt: skip


class OneEach:
    """A table with one row a person, staged under a name of its own."""

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self._own = [name == "person" or column not in SHARED for column in columns]
        self.staged = {f"{name}_{column}": kind for column, kind in compress(columns.items(), self._own)}

    def own(self, row: Sequence[Any]) -> "compress[Any]":
        """Of a row of the table, what the person's row does not say."""
        return compress(row, self._own)


PERSON = OneEach("person", PERSON_COLUMNS)
STATEMENT = OneEach("statement", STATEMENT_COLUMNS)
MEMBER = OneEach("member", span_columns(MEMBER_COLUMNS))
GROUP = OneEach("group", span_columns(GROUP_COLUMNS))
PATIENT = OneEach("patient", RESOURCE_COLUMNS)
STAGED = {
    "number": "integer",  # of the row, over all sheets
    "kinds": "text[]", "numbers": "text[]", "words": "bigint[]", "found": "bigint[]", "moments": "timestamptz[]",
    **PERSON.staged, **STATEMENT.staged, **MEMBER.staged, **GROUP.staged, **PATIENT.staged,
}  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """How the columns of a table are filled: by `said`, else by the person's row, else by what is staged as `name`."""

    name: str
    columns: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)
    each: str = ""  # makes several rows of one

    def insert(self, table: str, stage: str) -> str:
        values = ", ".join(self.said.get(one) or self._staged(one) for one in self.columns)
        return f"INSERT INTO {table} ({', '.join(self.columns)}) SELECT {values} FROM {stage} {self.each}"

    def _staged(self, column: str) -> str:
        return f"person_{column}" if column in SHARED else f"{self.name}_{column}"


_NUMBER = {
    "kind": "kind", "value": "value", "issuer_id": "0", "contested": "false", "sensitivity": "0",
    "source_line": "CASE kind WHEN 'hoso_number' THEN 0 ELSE statement_source_line END",  # no row says the house's own number
}  # fmt: skip
STORED = {
    "people_person": Spread("person", PERSON_COLUMNS),
    "people_identifier": Spread(
        "statement", NUMBER_COLUMNS, _NUMBER, ", unnest(kinds, numbers) AS n (kind, value)"
    ),
    "people_token": Spread("statement", TOKEN_COLUMNS, {"hash": "word"}, ", unnest(words) AS word ORDER BY word"),
    "people_statement": Spread("statement", STATEMENT_COLUMNS),
    "people_household_member": Spread("member", span_columns(MEMBER_COLUMNS)),
    "people_population_group": Spread("group", span_columns(GROUP_COLUMNS)),
    "records_resource": Spread("patient", RESOURCE_COLUMNS, {"last_updated": "%(at)s::timestamptz"}),
    "records_location": Spread("patient", LOCATION_COLUMNS),
    "records_token": Spread(
        "patient", FULL_TOKEN_COLUMNS, {"hash": "hash", "happened": "coalesce(moment, patient_happened)"},
        ", unnest(found, moments) AS f (hash, moment)",
    ),
    "changes_change": Spread(
        "person", CHANGE_COLUMNS, {"topic": "'person.created'", "key": "person_patient_id", "payload": "'{}'"}, "ORDER BY number"
    ),
}  # fmt: skip


def spread(cursor: Any, stage: str, at: datetime) -> None:
    """Store what is staged in every table of which it says something; `at`: of the Patients' last update."""
    for table, how in STORED.items():
        cursor.execute(how.insert(table, stage), {"at": at})


def known_rows(cursor: Any, stage: str) -> list[int]:
    """Numbers of the staged rows of which somebody bears a number already, or who are stored themselves."""
    cursor.execute(
        f"SELECT s.number FROM {stage} s, unnest(s.kinds, s.numbers) AS n (kind, value)"
        " JOIN people_identifier i ON i.kind = n.kind AND i.value = n.value AND i.issuer_id = 0"
        " WHERE n.kind <> ALL ('{phone,hoso_number}')"
        f" UNION SELECT s.number FROM {stage} s JOIN people_person p ON p.person_id = s.person_person_id"
    )
    return [row[0] for row in cursor.fetchall()]
