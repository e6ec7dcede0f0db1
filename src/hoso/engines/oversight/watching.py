"""Looking over the house's own accesses: its events, accounts and reasons go into a memory, are explained and sensed, and give cases.

The tables travel as files of ids and times in a folder below HOSO_HOME that is gone afterwards. What is not connected yet: tasks at
households, and approvals of exports: the house keeps none.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.accounts.machines import MACHINES, OPERATOR
from hoso.engines.oversight.explaining import Share, explain, shares
from hoso.engines.oversight.in_force import sensors_in_force
from hoso.engines.oversight.memory import Memory
from hoso.engines.oversight.scoring import Case, raise_cases
from hoso.engines.oversight.sensing import Sensor, hits, sense
from hoso.engines.oversight.tiers import tiers
from hoso.engines.oversight.work_folder import work_folder

# Each ends as `<table>s.csv`; shifts are those that facilities gave (rotas.py). Accounts go by
# their number in oversight_account, whichever system they are of; one of the house that has not acted yet by its own, negative.
# Accounts of another system have the role it told last, and work where it was registered.
# What a database's own audit told of a statement went past the application (outside/postgres.py).
# The house's services act by code, not by whim; who commands on the machine (system.operator) is watched.
SERVICES = [name for name in MACHINES if name != OPERATOR]
_QUESTIONS = {
    "event": """
        SELECT e.number AS id, e.at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS moment, e.account_id AS account, e.person_id AS person,
               e.facility_id AS facility, e.action, e.object, e.outcome, e.sensitive, e.break_glass,
               coalesce(e.found, 1) AS found, e.address,
               CASE WHEN e.key LIKE 'pgaudit:%%' THEN 'db' WHEN h.kind = 'citizen' THEN 'portal' ELSE 'app' END AS channel
        FROM ({asked}) e JOIN oversight_account a ON a.id = e.account_id
        LEFT JOIN accounts_account h ON h.id::text = a.key AND a.source_id = (SELECT id FROM oversight_source WHERE key = 'hoso')
        WHERE a.name <> ALL (%(services)s)""",
    "account": """
        SELECT coalesce(k.id, -a.id) AS id, coalesce(min(h.role), a.kind) AS role, coalesce(min(t.tier), 'T3') AS tier,
               min(h.facility_id) AS facility,
               CASE WHEN bool_and(h.valid_to <= current_date) THEN max(h.valid_to) END AS ends,
               min(holder.person) AS person, min(holder.commune) AS commune
        FROM accounts_account a LEFT JOIN accounts_assignment h ON h.account_id = a.id
        LEFT JOIN unnest(%(roles)s::text[], %(tiers)s::text[]) AS t (role, tier) ON t.role = h.role
        LEFT JOIN oversight_account k ON k.key = a.id::text
            AND k.source_id = (SELECT id FROM oversight_source WHERE key = 'hoso')
        LEFT JOIN oversight_holders() holder ON holder.account = a.id
        GROUP BY a.id, k.id
        UNION ALL
        SELECT k.id, coalesce(nullif(e.role, ''), 'outside'), coalesce(t.tier, s.tier), s.facility_id, NULL, holder.person, holder.commune
        FROM oversight_account k JOIN oversight_source s ON s.id = k.source_id AND s.feeder_id IS NOT NULL
        LEFT JOIN LATERAL (SELECT role FROM oversight_event WHERE account_id = k.id ORDER BY at DESC LIMIT 1) e ON true
        LEFT JOIN unnest(%(roles)s::text[], %(tiers)s::text[]) AS t (role, tier) ON t.role = e.role
        LEFT JOIN oversight_same_hands() same ON same.known = k.id LEFT JOIN oversight_holders() holder USING (account)""",
    "person": "SELECT * FROM {asked}",
    "fact": """
        WITH f AS MATERIALIZED ({asked})
        SELECT f.kind, f.first AT TIME ZONE 'Asia/Ho_Chi_Minh' AS first, f.last AT TIME ZONE 'Asia/Ho_Chi_Minh' AS last,
               coalesce(k.id, -f.account) AS account, f.person, f.facility, '' AS ward
        FROM f LEFT JOIN oversight_account k ON k.key = f.account::text
            AND k.source_id = (SELECT id FROM oversight_source WHERE key = 'hoso')
        UNION ALL
        SELECT f.kind, f.first AT TIME ZONE 'Asia/Ho_Chi_Minh', f.last AT TIME ZONE 'Asia/Ho_Chi_Minh', same.known, f.person, f.facility, ''
        FROM f JOIN oversight_same_hands() same USING (account)
        UNION ALL  -- in which ward somebody was, where a rota says who was on duty there
        SELECT 'visit', v.first AT TIME ZONE 'Asia/Ho_Chi_Minh', v.last AT TIME ZONE 'Asia/Ho_Chi_Minh', NULL, v.person, v.facility, v.ward
        FROM oversight_ward_visits(%(persons)s, %(since)s) v""",
    "shift": """
        WITH s AS MATERIALIZED (SELECT * FROM oversight_shifts(%(since)s - interval '2 days'))
        SELECT coalesce(k.id, -s.account) AS account, s.facility, s.ward, s.first AT TIME ZONE 'Asia/Ho_Chi_Minh' AS first,
               s.last AT TIME ZONE 'Asia/Ho_Chi_Minh' AS last, s.kind
        FROM s LEFT JOIN oversight_account k ON k.key = s.account::text
            AND k.source_id = (SELECT id FROM oversight_source WHERE key = 'hoso')
        UNION ALL
        SELECT same.known, s.facility, s.ward, s.first AT TIME ZONE 'Asia/Ho_Chi_Minh', s.last AT TIME ZONE 'Asia/Ho_Chi_Minh', s.kind
        FROM s JOIN oversight_same_hands() same USING (account)""",
}
# What is asked of all since a moment, and of fresh events alone: about few persons, found by index and joined by hash.
_OF_ALL = {
    "event": "SELECT * FROM oversight_event WHERE at >= %(since)s",
    "person": "oversight_persons(%(since)s)",
    "fact": """
        SELECT * FROM oversight_facts(%(since)s - interval '60 days') UNION ALL
        SELECT * FROM oversight_work(%(since)s - interval '60 days')""",
}
_OF_FRESH = {
    "event": """
        SELECT e.* FROM oversight_event e JOIN unnest(%(fresh)s::bigint[]) AS asked (number) USING (number)
        WHERE e.at >= %(since)s AND e.number BETWEEN %(first)s AND %(last)s
        UNION
        SELECT e.* FROM oversight_event e JOIN unnest(%(accounts)s::bigint[]) AS asked (account_id) USING (account_id)
        WHERE e.at >= %(since)s AND e.action = 'create'""",
    "person": "oversight_persons_of(%(persons)s)",
    "fact": """
        SELECT * FROM oversight_facts_of(%(persons)s, %(since)s - interval '60 days') UNION ALL
        SELECT w.* FROM oversight_work(%(since)s - interval '60 days') w JOIN unnest(%(persons)s::bigint[]) AS asked (person) USING (person)""",
}


@dataclass(frozen=True)
class Fresh:
    """Events to be sensed as they come, by their numbers, with whose they are and whom they are about. Beside them only what their
    accounts created is looked at: a visit that one registered explains."""

    numbers: list[int]
    accounts: list[int]
    persons: list[int]


@dataclass(frozen=True)
class Watched:
    """What was found: cases, the first day and the last looked at, accounts counted, the share explained; `names` of the
    accounts that acted, in whichever system."""

    cases: tuple[Case, ...]
    shares: tuple[Share, ...]
    first: date
    last: date
    accounts: int
    names: dict[int, str]

    def __len__(self) -> int:
        return len(self.cases)


def watch(scope: Scope, days: int) -> Watched:
    """Explain and sense the accesses of the last days; inside `core.access.reading.read`, for who may oversee. Nothing is
    kept: the same events give the same cases."""
    last = timezone.localdate()
    first = last - timedelta(days=days - 1)
    memory = sensed(timezone.now() - timedelta(days=days))
    accounts = watched_accounts(memory)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM oversight_account")
        names = dict(cursor.fetchall())
    return Watched(
        tuple(raise_cases(hits(memory), accounts, first, last)), tuple(shares(memory)), first, last, accounts, names
    )


def sensed(since: datetime, fresh: Fresh | None = None, asked: tuple[Sensor, ...] | None = None) -> Memory:
    """The events since then, or the fresh ones of them, with their accounts and reasons, explained and sensed by all sensors or by
    those asked; where no right to oversee is, empty."""
    placed = tiers().of_role
    values = {
        "since": since,
        "roles": list(placed),
        "tiers": list(placed.values()),
        "services": SERVICES,
        "fresh": fresh.numbers if fresh else None,
        "accounts": fresh.accounts if fresh else None,
        "persons": fresh.persons if fresh else None,
        "first": min(fresh.numbers) if fresh else None,
        "last": max(fresh.numbers) if fresh else None,
    }
    of = _OF_FRESH if fresh else _OF_ALL
    memory = Memory()
    with work_folder() as folder:
        for name, question in _QUESTIONS.items():
            _write(folder / f"{name}s.csv", question.replace("{asked}", of.get(name, "")), values)
        memory.load_folder(folder)
    explain(memory)
    sense(memory, sensors_in_force() if asked is None else asked)
    return memory


def watched_accounts(memory: Memory) -> int:
    """How many accounts the budget of alerts counts: all but the citizens'."""
    return int(memory.ask("SELECT count(*) FROM account WHERE tier <> 'T4'")[0][0])


def _write(path: Path, question: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor, path.open("w", newline="", encoding="utf-8") as file:
        cursor.execute(question, values)
        out = csv.writer(file)
        out.writerow([column[0] for column in cursor.description])
        while rows := cursor.fetchmany(10_000):
            out.writerows(_told(row) for row in rows)


def _told(row: Sequence[Any]) -> list[Any]:
    return ["" if value is None else value for value in row]
