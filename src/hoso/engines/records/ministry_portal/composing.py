"""A paper as it may go to the portal: composed from the record of this moment, one audit event of an export each time.

Two locks, as for any paper that leaves (papers/leaving.py), and a third: of what is labelled, only what the column
`ministry_portal` of `definitions/sensitivity/outbound.yaml` lets out; what is kept back is logged and leaves no trace.
A paper cannot be masked, so what would go masked stays as well.
"""

from django.conf import settings
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.outbound import Outgoing, may_leave, outbound_rule
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.machines import PORTAL_SERVICE, intake_service_id, portal_service_id
from hoso.core.database.session import acting_transaction
from hoso.engines.records.papers.document import Document
from hoso.engines.records.papers.stored_paper import paper_document
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NUMBERS, name_of

DESTINATION, PURPOSE = "ministry_portal", "portal_synchronisation"


def composed(name: str) -> bytes | None:
    """The document Bundle of a Composition, unsigned; None where nothing of it may go there, or it is withdrawn.

    Raises AuditUnwritable.
    """
    actor = Actor(portal_service_id(), PORTAL_SERVICE, "ministry portal")
    kept = _kept_back(name)

    def may(one: StoredResource) -> bool:
        return (one.type, one.id) not in kept and outbound_rule(one.sensitivity, DESTINATION) in ("send", "consent")

    def query(scope: Scope) -> Document | None:
        return paper_document(scope, name, _base(), may)

    asking = Asking(
        "record.export",
        "export",
        object=f"Composition/{name}/$document",
        reason="Đồng bộ cổng Bộ Y tế (ministry portal)",
    )
    found: Document | None = read(actor, PURPOSE, asking, query)
    return found.bundle if found else None


def _kept_back(name: str) -> set[tuple[str, str]]:
    """The labelled resources of the paper's visit that stay; each is one line of the filter log."""
    service = intake_service_id()
    with acting_transaction(service, "record_keeping"), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.type, r.id, r.person_id, r.sensitivity FROM records_location l
            JOIN records_resource c ON c.person_id = l.person_id AND c.type = l.type AND c.id = l.id
            JOIN records_resource r ON r.person_id = l.person_id AND (r.encounter = c.encounter OR r.id = c.id)
            WHERE l.type = %s AND l.id = %s AND r.sensitivity <> 0 AND NOT r.deleted
            """,
            [NUMBERS["Composition"], name],
        )
        labelled = {
            f"{name_of(kind)}/{id_}": Outgoing(person_id, sensitivity, f"{name_of(kind)}/{id_}")
            for kind, id_, person_id, sensitivity in cursor.fetchall()
        }
        passed = may_leave(service, DESTINATION, labelled.values())
    kept = labelled.keys() - {one.record.object for one in passed if not one.masked}
    return {(one.partition("/")[0], one.partition("/")[2]) for one in kept}


def _base() -> str:
    """The address of the FHIR service; a house without a public one has none that anybody could follow."""
    return f"{settings.PUBLIC_URL or 'https://hoso.invalid'}/fhir/r4"
