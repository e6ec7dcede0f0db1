"""The labels of a person's tie of care to a facility: those that withhold every visit there (docs/decisions/0062).

Who may not see them finds no tie: else a colleague finds somebody in the list without a visit, and knows why.
"""

from collections.abc import Iterable
from typing import Any

from hoso.core.access.labels import withheld_mask
from hoso.engines.records.resource_types import NUMBERS


def relabel_ties(cursor: Any, persons: Iterable[int]) -> None:
    """Label the ties of these persons anew by what is filed of them now; of persons that were joined each tie by its own
    visits, so that parting them leaves it right. Whoever acts sees every row of theirs."""
    wanted = sorted(set(persons))
    if not wanted:
        return
    cursor.execute(
        """
        UPDATE access_care_relation c SET sensitivity = found.labels FROM (
            SELECT person_id, source_person_id, facility_id, bit_and(sensitivity & %s) AS labels
            FROM records_resource
            WHERE person_id = ANY (%s) AND type = %s AND NOT deleted
            GROUP BY person_id, source_person_id, facility_id) found
        WHERE c.person_id = found.person_id AND c.source_person_id = found.source_person_id
            AND c.facility_id = found.facility_id AND c.sensitivity <> found.labels
        """,
        [withheld_mask("own_record"), wanted, NUMBERS["Encounter"]],
    )
