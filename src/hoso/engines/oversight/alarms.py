"""Looking over the last days: what the sensors say is kept, and the accounts of highest risk become cases, within the budget.

Hits are made anew with every look, for a reason may be filed later than the access; what a case holds stays with it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.machines import OVERSIGHT_SERVICE, oversight_service_id
from hoso.engines.oversight.cases import PURPOSE, Risk, open_case, risks
from hoso.engines.oversight.holders import link_holders, seen_since
from hoso.engines.oversight.memory import Memory
from hoso.engines.oversight.rules import watch_rules
from hoso.engines.oversight.scoring import scoring
from hoso.engines.oversight.telling import tell_desk
from hoso.engines.oversight.watching import sensed, watched_accounts

DAYS = 30  # looked back; the budget is kept over as many


@dataclass(frozen=True)
class LookedOver:
    """How many hits no case holds, and the cases raised now."""

    hits: int
    raised: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.raised)


def look_over(days: int = DAYS) -> LookedOver:
    """Sense the accesses of the last days in the name of the house's own service; one transaction, and one look at a time."""
    actor = Actor(oversight_service_id(), OVERSIGHT_SERVICE, "worker")

    def query(scope: Scope) -> LookedOver:
        one_at_a_time()
        watch_rules(actor, scope, PURPOSE)
        since = timezone.now() - timedelta(days=days)
        link_holders(seen_since(since))
        memory = sensed(since)
        kept = keep(memory, since)
        return LookedOver(kept, raise_within_budget(actor, scope, watched_accounts(memory)))

    return read(actor, PURPOSE, Asking("case.raise", "search", object=f"accesses of {days} days"), query)


def one_at_a_time() -> None:
    """Wait until no other look is going on, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('oversight_look_over'))")


def raise_within_budget(actor: Actor, scope: Scope, accounts: int) -> tuple[int, ...]:
    """Open cases about the accounts of highest risk, as many as the budget of so many accounts still allows."""
    found = risks(scope)[: _left(accounts)]
    return tuple(_raise(actor, risk) for risk in found if risk.risk >= scoring().least_risk)


def keep(memory: Memory, since: datetime, fresh: list[int] | None = None) -> int:
    """Put what is sensed in the place of what was, or beside it where only the fresh events were looked at; returns how many hits
    stand. Of an event and a sensor there is one."""
    rows = memory.ask(
        """
        SELECT h.sensor, h.id, h.account, h.moment, sum(h.points),
               coalesce(any_value(weak.reasons), []::VARCHAR[])
        FROM hit h LEFT JOIN (SELECT id, list(DISTINCT reason ORDER BY reason) AS reasons FROM explained GROUP BY id) weak
            ON weak.id = h.id
        WHERE h.account > 0 AND h.points > 0 GROUP BY h.sensor, h.id, h.account, h.moment
        """
    )
    wanted = set(fresh or ())
    with connection.cursor() as cursor:
        if fresh is None:
            cursor.execute("DELETE FROM oversight_hit WHERE at >= %s", [since])
        cursor.executemany(
            """
            INSERT INTO oversight_hit (sensor, event, account_id, at, points, reasons)
            SELECT %s, %s::bigint, %s::bigint, %s::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', %s, %s::text[]
            WHERE NOT EXISTS (SELECT 1 FROM oversight_evidence held WHERE held.event = %s::bigint)
            ON CONFLICT DO NOTHING
            """,
            [(*row, row[1]) for row in rows if fresh is None or row[1] in wanted],
        )
        cursor.execute("SELECT count(*) FROM oversight_hit")
        return int(cursor.fetchone()[0])


def _left(accounts: int) -> int:
    """How many cases the budget still allows: that of so many days, less what was raised in them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM oversight_case WHERE opened_by = %s AND opened_at > now() - make_interval(days => %s)",
            [oversight_service_id(), DAYS],
        )
        raised = int(cursor.fetchone()[0])
    return max(0, int(scoring().budget * accounts / 1000 * DAYS) - raised)


def _raise(actor: Actor, risk: Risk) -> int:
    """Open the case and tell who works at the desk, the one it is about left out."""
    case = open_case(actor, risk)
    tell_desk(
        f"oversight-case:{case}", f"Vụ việc giám sát mới, số {case}: cần xem trong ngày.",
        f"New oversight case, number {case}: to be looked at today.", f"/oversight/cases/{case}/", of_case=case,
    )  # fmt: skip
    return case
