"""Reading what was taken over. Every function runs inside `core.access.reading.read`; row security shows events and accounts to
who may oversee, and to nobody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.engines.oversight.tiers import tiers


@dataclass(frozen=True)
class Look:
    """One act on a person's record, as any watched system told it."""

    at: datetime
    source: str
    account: str
    role: str
    purpose: str
    action: str
    object: str
    outcome: str
    break_glass: bool


@dataclass(frozen=True)
class AccountLine:
    """One account in the inventory by tier. `source`: key of its system, "hoso" for the house's own. `owner`: who answers for a
    machine; for an account of another system, who answers for the machine that feeds it. `active`: of another system only its
    events are known, so as long as it is not dormant. `dormant`: active (elsewhere: ever seen), and nobody used it for too
    long; `shared`: two addresses at once; `orphaned`: active, and without a role or its owner gone."""

    source: str
    name: str
    kind: str
    tier: str
    owner: str
    active: bool
    last_use: datetime | None
    dormant: bool
    shared: bool
    orphaned: bool


@dataclass(frozen=True)
class SourceLine:
    """One watched system: how new its newest event is, when it was asked (or told something) last, by how much its clock ran
    ahead of ours at most, and how many texts of it could not be read (those whom the case desk is not for see 0)."""

    key: str
    title_vi: str
    title_en: str
    newest_at: datetime | None
    asked_at: datetime | None
    ahead: timedelta | None
    dead: int


def who_saw(scope: Scope, person_id: int, since: datetime, limit: int = 1000) -> list[Look]:
    """Who looked at or changed this person's record in any watched system, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.at, s.key, a.name, e.role, e.purpose, e.action, e.object, e.outcome, e.break_glass
            FROM oversight_event e
            JOIN oversight_account a ON a.id = e.account_id
            JOIN oversight_source s ON s.id = e.source_id
            WHERE e.person_id = %s AND e.at >= %s ORDER BY e.at DESC LIMIT %s
            """,
            [person_id, since, limit],
        )
        return [Look(*row) for row in cursor.fetchall()]


def sources(scope: Scope) -> list[SourceLine]:
    """The watched systems; one whose newest event is old, or that was not asked for long, is silent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, title_vi, title_en, newest_at, asked_at, ahead,"
            " (SELECT count(*) FROM oversight_dead_letter d WHERE d.source_id = s.id) FROM oversight_source s ORDER BY id"
        )
        return [SourceLine(*row) for row in cursor.fetchall()]


def accounts(scope: Scope) -> list[AccountLine]:
    """Every account of every watched system by tier, those that reach furthest first. Last use is the later of signing in and the newest
    event; what oversight has not yet taken over does not count."""
    rules = tiers()
    values: dict[str, Any] = {
        "roles": list(rules.of_role),
        "role_tiers": list(rules.of_role.values()),
        "kinds": list(rules.of_kind),
        "kind_tiers": list(rules.of_kind.values()),
        "looked_back": rules.shared_looked_back,
        "within": rules.shared_within,
        "dormant": rules.dormant_after,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH tier_of_role AS (SELECT * FROM unnest(%(roles)s::text[], %(role_tiers)s::text[]) AS r (role, tier)),
            tier_of_kind AS (SELECT * FROM unnest(%(kinds)s::text[], %(kind_tiers)s::text[]) AS k (kind, tier)),
            held AS (
                SELECT h.account_id, min(t.tier) AS tier FROM accounts_assignment h LEFT JOIN tier_of_role t ON t.role = h.role
                WHERE h.valid_from <= current_date AND (h.valid_to IS NULL OR h.valid_to > current_date) GROUP BY 1),
            steps AS (
                SELECT account_id, at, address, lag(at) OVER w AS before, lag(address) OVER w AS address_before
                FROM oversight_event WHERE at > now() - %(looked_back)s AND address <> ''
                WINDOW w AS (PARTITION BY account_id ORDER BY at)),
            shared AS (
                SELECT account_id FROM steps WHERE address <> address_before AND at - before <= %(within)s
                GROUP BY account_id HAVING count(*) > 1)  -- there and back: one move alone is a change of place
            SELECT 'hoso', a.username AS name, a.kind, coalesce(held.tier, k.tier, '?') AS tier, coalesce(o.username, ''), a.is_active,
                   greatest(a.last_login, seen.last_at) AS used,
                   a.is_active AND a.username NOT LIKE 'system.%%'
                       AND greatest(a.last_login, seen.last_at, a.active_since) < now() - %(dormant)s,
                   shared.account_id IS NOT NULL,
                   a.is_active AND a.kind <> 'citizen' AND (held.account_id IS NULL OR (o.id IS NOT NULL AND NOT o.is_active))
            FROM accounts_account a
            LEFT JOIN held ON held.account_id = a.id
            LEFT JOIN tier_of_kind k ON k.kind = a.kind
            LEFT JOIN accounts_account o ON o.id = a.owner_id
            LEFT JOIN oversight_account seen ON seen.key = a.id::text
                AND seen.source_id = (SELECT id FROM oversight_source WHERE key = 'hoso')
            LEFT JOIN shared ON shared.account_id = seen.id
            UNION ALL
            SELECT s.key, k.name, 'outside', coalesce(t.tier, s.tier), coalesce(o.username, ''), k.last_at >= now() - %(dormant)s,
                   k.last_at, k.last_at < now() - %(dormant)s, shared.account_id IS NOT NULL, NOT coalesce(o.is_active, false)
            FROM oversight_account k
            JOIN oversight_source s ON s.id = k.source_id AND s.feeder_id IS NOT NULL
            JOIN accounts_account feeder ON feeder.id = s.feeder_id LEFT JOIN accounts_account o ON o.id = feeder.owner_id
            LEFT JOIN LATERAL (SELECT role FROM oversight_event WHERE account_id = k.id ORDER BY at DESC LIMIT 1) e ON true
            LEFT JOIN tier_of_role t ON t.role = e.role
            LEFT JOIN shared ON shared.account_id = k.id
            ORDER BY tier, name
            """,
            values,
        )
        return [AccountLine(*row) for row in cursor.fetchall()]
