"""Packages of products by GTIN: who bears one, what a barcode means, and the cases of a GTIN that two products claim."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.terminology.queries import Concept, concept_at

PERMISSION, PURPOSE = "terminology.manage", "administration"
Decision = Literal["keep", "give"]


@dataclass(frozen=True, slots=True)
class Packed:
    """A package and the product it is of, as it stands on the day."""

    gtin: str
    packaging: str
    product: Concept


@dataclass(frozen=True, slots=True)
class Side:
    """One product that claims a GTIN."""

    system: str
    code: str
    name: str
    packaging: str


@dataclass(frozen=True, slots=True)
class Case:
    """A GTIN that `holder` bears and `claimant` says is its own."""

    id: int
    gtin: str
    since: datetime
    version: str
    holder: Side | None
    claimant: Side


def product_of(gtin: str, day: date) -> Packed | None:
    """The product whose package bears this GTIN (fourteen digits); None where nobody does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.name, p.code, p.packaging FROM terminology_package p JOIN terminology_system s ON s.id = p.system_id"
            " WHERE p.gtin = %s AND p.state = 'held'",
            [gtin],
        )
        row = cursor.fetchone()
    product = concept_at(row[0], row[1], day) if row else None
    return Packed(gtin, row[2], product) if row and product else None


def register_packages(cursor: Any, version_id: int) -> int:
    """Take over the packages of a version that is being published, in its transaction; gives the cases that it opened.

    A product that renews another (its property `renews`) takes that one's packages over. What was decided stays decided.
    """
    cursor.execute(
        """
        WITH told AS (
            SELECT v.system_id, c.code, package->>'gtin' AS gtin, coalesce(package->>'packaging', '') AS packaging,
                   coalesce(c.properties->'renews', '[]') AS renews
            FROM terminology_version v JOIN terminology_concept c ON c.version_id = v.id
            CROSS JOIN LATERAL jsonb_array_elements(coalesce(c.properties->'packages', '[]')) package
            WHERE v.id = %(version)s AND package ? 'gtin'
        ), passed AS (
            UPDATE terminology_package p SET state = 'passed_on' FROM told t
            WHERE p.gtin = t.gtin AND p.state = 'held' AND p.system_id = t.system_id AND p.code <> t.code AND t.renews ? p.code
            RETURNING p.gtin
        )
        SELECT count(*) FROM passed
        """,
        {"version": version_id},
    )
    cursor.execute(
        """
        INSERT INTO terminology_package (gtin, system_id, code, packaging, version_id, state)
        SELECT package->>'gtin', v.system_id, c.code, coalesce(package->>'packaging', ''), v.id,
               CASE WHEN EXISTS (SELECT FROM terminology_package held WHERE held.gtin = package->>'gtin' AND held.state = 'held')
                    THEN 'contested' ELSE 'held' END
        FROM terminology_version v JOIN terminology_concept c ON c.version_id = v.id
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(c.properties->'packages', '[]')) package
        WHERE v.id = %(version)s AND package ? 'gtin'
        ON CONFLICT (gtin, system_id, code) DO UPDATE SET packaging = excluded.packaging
            WHERE terminology_package.packaging <> excluded.packaging
        RETURNING state = 'contested' AND version_id = %(version)s
        """,
        {"version": version_id},
    )
    return sum(row[0] for row in cursor.fetchall())


def open_cases(limit: int = 100) -> list[Case]:
    """GTINs that wait for a decision, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.gtin, p.since, v.version, s.name, p.code, p.packaging, hs.name, h.code, h.packaging
            FROM terminology_package p
            JOIN terminology_system s ON s.id = p.system_id JOIN terminology_version v ON v.id = p.version_id
            LEFT JOIN terminology_package h ON h.gtin = p.gtin AND h.state = 'held'
            LEFT JOIN terminology_system hs ON hs.id = h.system_id
            WHERE p.state = 'contested' ORDER BY p.since, p.id LIMIT %s
            """,
            [limit],
        )
        rows = cursor.fetchall()
    return [
        Case(id_, gtin, since, version, _side(*rest[3:]) if rest[3] else None, _side(*rest[:3]))
        for id_, gtin, since, version, *rest in rows
    ]


def _side(system: str, code: str, packaging: str) -> Side:
    concept = concept_at(system, code, date.today())
    return Side(system, code, concept.display_vi if concept else "", packaging)


def decide_case(actor: Actor, case_id: int, decision: Decision, reason: str) -> None:
    """`keep`: the GTIN stays with whom bears it; `give`: it is the claimant's. The other's claim stays, refused.

    Raises HosoError HS2001 without the permission, HS6206 without a reason, HS6207 where the case is not open.
    """
    role = policy.decide(actor, PERMISSION, PURPOSE).role
    if not reason.strip():
        raise HosoError("HS6206")
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT gtin FROM terminology_package WHERE id = %s AND state = 'contested' FOR UPDATE", [case_id]
        )
        row = cursor.fetchone()
        if row is None:
            raise HosoError("HS6207")
        told = "decided_at = clock_timestamp(), decided_by = %s, reason = %s"
        by = [actor.name, reason.strip()[:500]]
        if decision == "give":
            cursor.execute(
                f"UPDATE terminology_package SET state = 'refused', {told} WHERE gtin = %s AND state = 'held'",
                [*by, row[0]],
            )
        state = "held" if decision == "give" else "refused"
        cursor.execute(f"UPDATE terminology_package SET state = %s, {told} WHERE id = %s", [state, *by, case_id])
        record_event(
            AuditEvent(
                actor,
                role.key,
                PURPOSE,
                "update",
                object=f"gtin/{row[0]}",
                reason=f"{decision}: {reason.strip()[:200]}",
            )
        )
