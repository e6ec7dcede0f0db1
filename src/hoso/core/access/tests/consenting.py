"""Consents to share as rows, for tests of grants that rest on one."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from hoso.core.database.session import acting_transaction


def consent_row(
    by: int, facility_id: int, person_id: int, id_: UUID, *, given: bool = True, until: datetime | None = None,
    purpose: str = "visit_sharing",
) -> str:  # fmt: skip
    """Written by an account that asks for shares at the facility; gives the source that a grant names."""
    with acting_transaction(by, "visit_sharing"), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO consent_decision (id, person_id, source_person_id, facility_id, purpose, given, text_version,
                text_hash, language, wording, channel, recorded_by, recorded_by_name, age_band, discloses, given_at,
                valid_until, fhir, facts, signature, key_id)
            VALUES (%s, %s, %s, %s, %s, %s, 1, '', 'vi', '', 'desk', %s, 'test', 'adult', true, now() - interval '1 hour',
                    %s, '', '', '', 'test')
            """,
            [id_, person_id, person_id, facility_id, purpose, given, by, until],
        )
    return f"Consent/{id_}"
