"""The memory in which explanations and sensors ask their questions: tables of ids, times and words of closed lists.

The questions are SQL that experts write (definitions/oversight). So they run in a DuckDB of their own, without files, without a
network, and with nothing in it but what stands below: no question can reach a record, or change anything.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

Row = Mapping[str, Any]

TABLES = {
    "person": "id BIGINT, surname BIGINT, household BIGINT, commune BIGINT, died DATE, vip BOOLEAN DEFAULT false,"
    " staff_of BIGINT",
    "account": "id BIGINT, role VARCHAR, tier VARCHAR DEFAULT 'T3', facility BIGINT, ward VARCHAR DEFAULT '', person BIGINT,"
    " commune BIGINT, starts DATE, ends DATE",
    "event": "id BIGINT, moment TIMESTAMP, account BIGINT, person BIGINT, facility BIGINT, action VARCHAR DEFAULT 'read',"
    " object VARCHAR DEFAULT 'record', outcome VARCHAR DEFAULT 'done', sensitive BOOLEAN DEFAULT false,"
    " break_glass BOOLEAN DEFAULT false, found BIGINT DEFAULT 1, address VARCHAR DEFAULT '', site BIGINT,"
    " channel VARCHAR DEFAULT 'app'",
    "fact": "kind VARCHAR, first TIMESTAMP, last TIMESTAMP, account BIGINT, person BIGINT, facility BIGINT,"
    " ward VARCHAR DEFAULT '', household BIGINT",
    "shift": "account BIGINT, facility BIGINT, ward VARCHAR DEFAULT '', first TIMESTAMP, last TIMESTAMP,"
    " kind VARCHAR DEFAULT 'duty'",
}
# A look at a person, with who looked: what explanations explain.
ACCESS = """
    CREATE TABLE access AS
    SELECT e.id, e.moment, e.account, e.person, e.facility, e.site, e.action, e.object, e.sensitive, e.break_glass, e.channel,
           c.role, coalesce(c.ward, '') AS ward, c.facility AS staff_facility, c.person AS own_person,
           c.commune AS own_commune, p.household AS own_household, p.surname AS own_surname
    FROM event e JOIN account c ON c.id = e.account LEFT JOIN person p ON p.id = c.person
    WHERE e.person IS NOT NULL AND e.outcome = 'done' AND e.action IN ('read', 'print', 'create')
"""


class Memory:
    """The tables; `close` the doors before a question of a definition is asked."""

    def __init__(self) -> None:
        self.db = duckdb.connect(":memory:", config={"threads": 2})
        for name, columns in TABLES.items():
            self.db.execute(f"CREATE TABLE {name} ({columns})")

    def load_folder(self, folder: Path) -> None:
        """Fill the tables from `persons.csv`, `accounts.csv`, `events.csv`, `facts.csv`, `shifts.csv`."""
        for name in TABLES:
            path = folder / f"{name}s.csv"
            self.db.execute(
                f"INSERT INTO {name} BY NAME FROM read_csv(?, header = true, columns = ?, auto_detect = false, nullstr = '',"
                """ delim = ',', quote = '"', escape = '"')""",
                [str(path), dict.fromkeys(_header(path), "VARCHAR")],
            )
        self._close()

    def load_rows(self, tables: Mapping[str, Iterable[Row]]) -> None:
        """Fill the tables from rows that name only what they say; events without an id are numbered from 1."""
        for name, rows in tables.items():
            for number, row in enumerate(rows, 1):
                named = {"id": number, **row} if name == "event" else dict(row)
                places = ", ".join("?" for _ in named)
                self.db.execute(f"INSERT INTO {name} ({', '.join(named)}) VALUES ({places})", list(named.values()))
        self._close()

    def ask(self, question: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self.db.execute(question, dict(parameters or {})).fetchall()

    def _close(self) -> None:
        self.db.execute(ACCESS)
        self.db.execute("CREATE TABLE explained (id BIGINT, reason VARCHAR, strength VARCHAR)")
        self.db.execute("CREATE TABLE hit (sensor VARCHAR, id BIGINT, account BIGINT, moment TIMESTAMP, points DOUBLE)")
        self.db.execute("SET enable_external_access = false")
        self.db.execute("SET lock_configuration = true")


def _header(path: Path) -> list[str]:
    """The columns as they are named: nothing is guessed from the rows, which takes longer than reading them."""
    with path.open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))
