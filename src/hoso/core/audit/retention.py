"""How long events are kept: terms are data (definitions/audit/retention.yaml), months leave whole and signed."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import psycopg

from hoso.core.audit.checkpoints import Ledger
from hoso.core.audit.places import send_on
from hoso.core.definitions import definitions_folder, read_definition

STORES = {"record": 1, "security": 2}  # as in a shelf's last digit


@dataclass(frozen=True)
class Term:
    """How many months a store's events are kept, and by which rule."""

    store: str
    months: int
    because: str


@cache
def terms() -> tuple[Term, ...]:
    """The term of each store: the longest of its rules wins, since one month holds events of all kinds of records."""
    found = []
    for store in read_definition(definitions_folder() / "audit" / "retention.yaml")["stores"]:
        longest = max(store["rules"], key=lambda rule: int(rule["months"]))
        found.append(Term(store["key"], int(longest["months"]), longest["key"]))
    return tuple(found)


def due(store: str, months: int, month: date, today: date) -> bool:
    """Whether every event of the month is older than the term."""
    whole = (month.year * 12 + month.month) + months + 1  # 1-based month number of the first day after the term
    return today.year * 12 + today.month >= whole


def end_what_is_due(connection: psycopg.Connection, ledger: Ledger, today: date) -> list[str]:
    """Remove the months past their term, each with a signed line of how many events it held; returns their names.

    The line is written first: a kill in between leaves a line for a month that still stands, and the next day ends it.
    """
    removed = []
    for term in terms():
        for month in _months(connection, term.store):
            if not due(term.store, term.months, month, today):
                continue
            shelf = (month.year * 100 + month.month) * 10 + STORES[term.store]
            row = connection.execute("SELECT count(*) FROM audit_chain WHERE shelf = %s", [shelf]).fetchone()
            events = row[0] if row else 0
            if _unsealed(connection, term.store, month) == 0:
                send_on(ledger.add("retention", shelf=shelf, events=events, rule=term.because))
                connection.execute("SELECT audit_drop_month(%s, %s)", [term.store, month])
                removed.append(f"{month:%Y-%m} {term.store}")
    return removed


def _months(connection: psycopg.Connection, store: str) -> list[date]:
    rows = connection.execute(
        """
        SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass(%s) AND c.relname ~ '_\\d{4}_\\d\\d$' ORDER BY 1
        """,
        [f"audit_event_{store}"],
    ).fetchall()
    return [row[0] for row in rows]


def _unsealed(connection: psycopg.Connection, store: str, month: date) -> int:
    """Events of the month that no entry of the chain seals: such a month stays."""
    row = connection.execute(
        """
        SELECT count(*) FROM audit_event e WHERE e.store = %s
           AND e.at >= %s AND e.at < %s::timestamptz + interval '1 month'
           AND (e.transaction_id, e.id) > (SELECT transaction_id, event_id FROM audit_chain ORDER BY sequence DESC LIMIT 1)
        """,
        [store, f"{month} 00:00+07", f"{month} 00:00+07"],
    ).fetchone()
    return int(row[0]) if row else 0
