"""Changing people: joining a provisional person to a known one, or letting them stand for themselves.

The callers open the transaction and hold the permission; these are steps of their act.
"""

from typing import Any


def join_persons(cursor: Any, provisional: int, known: int) -> None:
    """Give the provisional person's numbers, search words and statements to the known one; the row stays as history."""
    cursor.execute(
        """
        INSERT INTO people_identifier (kind, value, issuer_id, person_id, source_person_id, contested, facility_id,
                                       place_id, package_id, source_line)
        SELECT kind, value, issuer_id, %s, source_person_id, false, facility_id, place_id, package_id, source_line
        FROM people_identifier WHERE person_id = %s ON CONFLICT DO NOTHING
        """,
        [known, provisional],
    )
    cursor.execute(
        """
        INSERT INTO people_token (hash, person_id, source_person_id, facility_id, place_id, package_id, source_line)
        SELECT hash, %s, source_person_id, facility_id, place_id, package_id, source_line
        FROM people_token WHERE person_id = %s ON CONFLICT DO NOTHING
        """,
        [known, provisional],
    )
    cursor.execute("DELETE FROM people_token WHERE person_id = %s", [provisional])
    cursor.execute("UPDATE people_statement SET person_id = %s WHERE person_id = %s", [known, provisional])
    cursor.execute("UPDATE people_person SET merged_into = %s WHERE person_id = %s", [known, provisional])


def confirm_person(cursor: Any, provisional: int) -> None:
    """A provisional person is somebody else: keep the contested numbers with whom they were, the others are theirs."""
    cursor.execute(
        """
        UPDATE people_identifier i SET contested = false
        WHERE i.person_id = %s AND i.contested AND NOT EXISTS (
            SELECT 1 FROM people_identifier o WHERE o.kind = i.kind AND o.value = i.value AND o.issuer_id = i.issuer_id
            AND o.person_id <> i.person_id AND NOT o.contested)
        """,
        [provisional],
    )
    cursor.execute("UPDATE people_person SET provisional = false WHERE person_id = %s", [provisional])
