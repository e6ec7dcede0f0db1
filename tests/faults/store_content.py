"""What a store holds, in words that two stores can be compared in: no serial numbers, no times of writing."""

from collections import Counter
from typing import Any

PACKAGES = """
    WITH package AS (
        SELECT id, sha256, row_number() OVER (PARTITION BY sha256 ORDER BY id) AS sending FROM intake_package
    ), facility AS (SELECT id, code FROM places_facility UNION ALL VALUES (0, ''))
"""
_RECORD = """
    r.person_id, r.source_person_id, r.type, r.id, r.version, r.deleted, r.happened, r.encounter, r.sensitivity,
    r.place_id, r.source_table, r.source_line, sha256(r.body), r.hash = sha256(r.body), f.code, k.sha256
"""
_ORIGIN = "JOIN facility f ON f.id = r.facility_id JOIN package k ON k.id = r.package_id"
# A package sent twice since its acknowledgement was lost is one package here: its second sending must change nothing.
QUESTIONS = {
    "records_resource": f"SELECT {_RECORD} FROM records_resource r {_ORIGIN}",
    "records_resource_version": f"SELECT {_RECORD}, r.arrived_late FROM records_resource_version r {_ORIGIN}",
    "records_location": f"SELECT r.type, r.id, r.person_id, r.sensitivity, f.code FROM records_location r {_ORIGIN}",
    "records_token": f"SELECT r.hash, r.person_id, r.type, r.id, r.happened, r.sensitivity FROM records_token r {_ORIGIN}",
    "people_person": f"""
        SELECT r.person_id, r.source_person_id, r.patient_id, r.name, r.name_sort, r.birth_date, r.birth_precision,
               r.birth_time, r.sex, r.phone, r.address, r.as_of, r.provisional, r.merged_into, r.place_id, f.code, k.sha256
        FROM people_person r {_ORIGIN}""",
    "people_identifier": f"""
        SELECT r.kind, r.value, i.code, r.person_id, r.contested, f.code, k.sha256, r.source_line
        FROM people_identifier r {_ORIGIN} JOIN facility i ON i.id = r.issuer_id""",
    "people_statement": f"""
        SELECT r.person_id, r.source_person_id, r.encounter, r.said_at, r.source, r.details::text, r.withdrawn, r.place_id,
               r.sensitivity, f.code, k.sha256, r.source_line
        FROM people_statement r {_ORIGIN}""",
    "people_token": f"SELECT r.hash, r.person_id, k.sha256, r.source_line FROM people_token r {_ORIGIN}",
    "people_conflict": f"""
        SELECT r.person_id, r.other_person_id, r.identifier_kind, r.differences::text, k.sha256
        FROM people_conflict r {_ORIGIN}""",
    "access_care_relation": f"""
        SELECT r.person_id, r.source_person_id, f.code, r.kind, r.first_day, r.last_day
        FROM access_care_relation r {_ORIGIN}""",
    "intake_package": """
        SELECT r.sha256, r.file_name, r.state, r.size_bytes, r.made_on, r.visits_read, r.visits_total, r.refusal::text
        FROM intake_package r JOIN package k USING (id) WHERE k.sending = 1""",
    "intake_visit": f"""
        SELECT k.sha256, r.ordinal, f.code, r.ma_lk, r.version, r.content_hash, r.state, r.past, r.person_id, r.place_id,
               r.sensitivity, r.encounter, r.lines_in, r.lines_filed, r.lines_withheld, r.lines_not_mapped, r.findings
        FROM intake_visit r {_ORIGIN} WHERE k.sending = 1""",
    "intake_current_visit": f"""
        SELECT f.code, r.ma_lk, r.content_hash, r.made_on, r.id_date, k.sha256, r.ordinal, r.person_id
        FROM intake_current_visit r {_ORIGIN}""",
    "intake_finding": f"""
        SELECT k.sha256, r.ordinal, r.number, r.code, r.table_no, r.line, r.field, r.value, r.params::text
        FROM intake_finding r {_ORIGIN} WHERE k.sending = 1""",
    "intake_line_aside": f"""
        SELECT k.sha256, r.ordinal, r.table_no, r.line, r.why, r.sensitivity
        FROM intake_line_aside r {_ORIGIN} WHERE k.sending = 1""",
    "changes_change": f"""
        SELECT r.topic, r.key, r.person_id, r.payload::text, r.sensitivity, k.sha256 FROM changes_change r {_ORIGIN}""",
    "audit_event": """
        SELECT r.action, r.role, r.purpose, r.person_id, r.object, f.code, r.sensitive, r.found, k.sha256
        FROM audit_event r JOIN facility f ON f.id = r.facility_id
        JOIN package k ON r.reason = 'package ' || k.id WHERE r.route = 'intake'""",
}


def content(connection: Any) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row that must be the same in two stores, by table."""
    return {
        table: Counter(map(tuple, connection.execute(PACKAGES + question).fetchall()))
        for table, question in QUESTIONS.items()
    }


def compare(ours: Any, theirs: Any) -> dict[str, tuple[int, int, list[Any]]]:
    """Tables in which two stores differ: rows only in the first, only in the second, and some examples."""
    one, other = content(ours), content(theirs)
    found = {}
    for table in QUESTIONS:
        more, less = one[table] - other[table], other[table] - one[table]
        if more or less:
            found[table] = (more.total(), less.total(), [*list(more)[:3], *list(less)[:3]])
    return found
