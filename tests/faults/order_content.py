"""What a store holds that the order of arrival must not decide.

Left out: numbers of versions and of packages, which facility told of a person first, and by which visit the Patient last
changed. Persons are called by the names of `naming`. On which side of a contradiction of identity a visit falls is about
who was known before; of the persons on its sides the content filed of their visits is compared, and nothing else.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from tests.faults.naming import Names

_FACILITY = "WITH facility AS (SELECT id, code FROM places_facility UNION ALL VALUES (0, ''))"
_EVER = """
    (SELECT person_id, source_person_id, type, id, body FROM records_resource WHERE type <> 103
     UNION SELECT person_id, source_person_id, type, id, body FROM records_resource_version WHERE type <> 103)
"""
EVER_FILED = "every content ever filed"
# Columns named person_id, source_person_id, patient_id and body tell of a person and are compared by name.
QUESTIONS = {
    "records_resource": """
        SELECT r.person_id, r.source_person_id, r.type, CASE WHEN r.type <> 103 THEN r.id END AS id, r.encounter,
               r.sensitivity, r.place_id, r.source_table, r.source_line, p.patient_id, r.body,
               CASE WHEN r.type <> 103 THEN f.code END AS facility,
               CASE WHEN r.type <> 103 THEN r.happened END AS happened
        FROM records_resource r JOIN facility f ON f.id = r.facility_id
        LEFT JOIN people_person p ON p.person_id = r.source_person_id WHERE NOT r.deleted""",
    EVER_FILED: f"""
        SELECT r.person_id, r.source_person_id, r.type, r.id, p.patient_id, r.body FROM {_EVER} r
        LEFT JOIN people_person p ON p.person_id = r.source_person_id""",
    "records_token": """
        SELECT r.hash, r.person_id, r.type, CASE WHEN r.type <> 103 THEN r.id END AS id,
               CASE WHEN r.type <> 103 THEN r.happened END AS happened, r.sensitivity
        FROM records_token r""",
    "people_person": """
        SELECT r.person_id, r.source_person_id, r.patient_id, r.name, r.birth_date, r.birth_precision, r.birth_time, r.sex,
               r.phone, r.address, r.as_of, r.provisional, r.place_id, r.merged_into FROM people_person r""",
    "people_statement": """
        SELECT r.person_id, r.source_person_id, r.encounter, r.said_at, r.source, r.details::text, r.withdrawn, r.place_id,
               r.sensitivity, f.code
        FROM people_statement r JOIN facility f ON f.id = r.facility_id""",
    "people_identifier": """
        SELECT r.kind, r.value, f.code, r.person_id, r.source_person_id, r.contested, r.sensitivity, r.place_id
        FROM people_identifier r JOIN facility f ON f.id = r.issuer_id""",
    "people_token": "SELECT r.hash, r.person_id, r.source_person_id, r.place_id FROM people_token r",
    "people_conflict": "SELECT 1 FROM people_conflict r",
    "access_care_relation": """
        SELECT r.person_id, r.source_person_id, f.code, r.kind, r.first_day, r.last_day FROM access_care_relation r
        JOIN facility f ON f.id = r.facility_id""",
    "intake_current_visit": """
        SELECT f.code, r.ma_lk, r.content_hash, r.made_on, r.id_date FROM intake_current_visit r
        JOIN facility f ON f.id = r.facility_id""",
    "who every visit is of": """
        SELECT f.code, r.ma_lk, r.person_id, r.source_person_id FROM intake_current_visit r
        JOIN facility f ON f.id = r.facility_id""",
    "distinct contents by what became of them": """
        SELECT DISTINCT f.code, r.ma_lk, r.content_hash, r.state = 'quarantined' FROM intake_visit r
        JOIN facility f ON f.id = r.facility_id""",
}
Content = dict[str, Counter[tuple[Any, ...]]]


def content(connection: Any, names: Names) -> Content:
    """By table, every row that arrival must not decide."""
    return {table: Counter(_rows(connection, table, names)) for table in QUESTIONS}


def _rows(connection: Any, table: str, names: Names) -> Iterator[tuple[Any, ...]]:
    cursor = connection.execute(_FACILITY + QUESTIONS[table])
    columns = [column.name for column in cursor.description]
    assert len(set(columns)) == len(columns), f"two columns of one name: {columns}"
    for values in cursor:
        row = dict(zip(columns, values, strict=True))
        if table != EVER_FILED and names.is_disputed(row.get("person_id", 0)):
            continue
        yield tuple(_called(name, value, row, names) for name, value in row.items())


def _called(column: str, value: Any, row: dict[str, Any], names: Names) -> Any:
    if column in ("person_id", "source_person_id"):
        return names.person(value)
    if column == "patient_id":
        return value and names.patient(value)
    if column == "body":
        return sha256(names.body(row["patient_id"], value) if row["patient_id"] else value).digest()
    return value


def differences(one: Content, other: Content) -> dict[str, Any]:
    """Tables in which two stores differ: rows only in the first, only in the second, and examples."""
    found = {}
    for table in QUESTIONS:
        more, less = one[table] - other[table], other[table] - one[table]
        if more or less:
            found[table] = (more.total(), less.total(), list(more)[:2], list(less)[:2])
    return found
