"""Making a store larger by copies of its persons: the same visits and bytes under other ids, as fast as the disk writes.

For benchmarks of reading only. What is copied was filed by the real intake, so every row has its true shape; the copies
have other person ids and resource ids, spread over the partitions like the originals. Bytes are copied as they are:
references inside them go on naming the originals, which pages do not follow.
"""

from typing import Any

# Copy number k turns the last byte of an id and a middle byte of a person's number, so ids stay ordered by time.
_PERSON = "{0} # (%(k)s::bigint << 40)"
_ID = "left({0}, 34) || lpad(to_hex(('x' || right({0}, 2))::bit(8)::int # %(k)s), 2, '0')"
_VALUE = "{0} || '.' || %(k)s"
CHANGED = {
    "person_id": _PERSON, "source_person_id": _PERSON, "id": _ID, "encounter": _ID, "patient_id": _ID, "value": _VALUE,
}  # fmt: skip
TABLES = (
    "people_person", "people_identifier", "people_token", "access_care_relation", "records_resource", "records_location",
    "records_token",
)  # fmt: skip


def add_copies(connection: Any, copies: int) -> None:
    """Add `copies` (at most 255) of every person and everything filed under them. `connection` is the administrator's."""
    columns = {table: _columns(connection, table) for table in TABLES}
    for table in TABLES:
        names = ", ".join(columns[table])
        values = ", ".join(CHANGED.get(name, "{0}").format(name) for name in columns[table])
        connection.execute(f"CREATE TEMPORARY TABLE original_{table} AS SELECT {names} FROM {table}")
        for k in range(1, copies + 1):
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM original_{table}", {"k": k})
        connection.execute(f"DROP TABLE original_{table}")


def _columns(connection: Any, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    ).fetchall()
    return [row[0] for row in rows]
