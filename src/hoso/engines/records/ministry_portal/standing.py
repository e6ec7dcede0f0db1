"""How the synchronisation stands as a whole, in numbers alone: for the operator."""

from dataclasses import dataclass

from django.db import connection

from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.engines.records.ministry_portal.noting import PURPOSE


@dataclass(frozen=True)
class Standing:
    """`waiting`: to be told, `overdue` of them are late; `contested`: refused, or the portal holds other content."""

    documents: int
    waiting: int
    overdue: int
    dead: int
    accepted: int
    contested: int
    withheld: int
    differences: int


def standing() -> Standing:
    with acting_transaction(intake_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE state IN ('waiting', 'sent') AND dead_at IS NULL),
                   count(*) FILTER (WHERE state IN ('waiting', 'sent') AND dead_at IS NULL AND next_at < clock_timestamp() - interval '15 min'),
                   count(*) FILTER (WHERE dead_at IS NOT NULL), count(*) FILTER (WHERE state = 'accepted'),
                   count(*) FILTER (WHERE state IN ('refused', 'different')), count(*) FILTER (WHERE state = 'withheld'),
                   (SELECT count(*) FROM portal_difference WHERE gone_at IS NULL)
            FROM (SELECT DISTINCT ON (document_id) * FROM portal_version WHERE state NOT IN ('same', 'superseded')
                  ORDER BY document_id, number DESC) newest
            """
        )
        return Standing(*cursor.fetchone())
