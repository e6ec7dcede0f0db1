"""A year of oversight as the public reads it: counts, protected (definitions/oversight/publishing.yaml), laid down by one
officer and published by another (migrations/sql/0007_years.sql)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError
from hoso.engines.oversight.cases import PURPOSE
from hoso.engines.oversight.handling import at_the_desk
from hoso.engines.oversight.tiers import tiers

FIRST_YEAR, LAST_YEAR = 2020, 2999  # as the table holds; the current year and later ones are refused there
_COUNTS = (
    "systems", "persons", "emergencies", "opened", "closed", "confirmed", "justified", "false_alarm", "inconclusive",
    "suspended", "told", "incidents",
)  # fmt: skip
_READ = """
    SELECT y.id, y.year, y.content, coalesce(l.username, ''), y.laid_by, y.laid_at, y.published_at
    FROM oversight_year y LEFT JOIN accounts_account l ON l.id = y.laid_by
"""


@dataclass(frozen=True)
class Publishing:
    """Counts of 1 to `below` are told as fewer than the next; others to the nearest multiple of `round_to`."""

    below: int
    round_to: int
    cases_for_a_median: int


@dataclass(frozen=True)
class Use:
    """What accounts of one tier did; a count of None is one too small to be told."""

    tier: str
    accounts: int | None
    events: int | None


@dataclass(frozen=True)
class Year:
    """One laid down version of a year. `counts` by name (systems, persons whose records were used, emergencies, cases opened, closed
    and by outcome, accounts suspended, persons told, incidents); a count of None is one too small to be told. Hours are medians,
    None where there were too few cases."""

    id: int
    year: int
    uses: tuple[Use, ...]
    counts: Mapping[str, int | None]
    fewer_than: int
    hours_to_detect: int | None
    hours_to_close: int | None
    laid_by: str
    laid_by_id: int
    laid_at: datetime
    published_at: datetime | None


@cache
def publishing() -> Publishing:
    """Raises DefinitionError."""
    folder = definitions_folder() / "oversight"
    told = read_definition(folder / "publishing.yaml", folder / "schema" / "publishing.json")
    return Publishing(told["below"], told["round_to"], told["cases_for_a_median"])


def protected(count: int, rule: Publishing) -> int | None:
    """The count as it may be told; None for one that is too small."""
    if 0 < count <= rule.below:
        return None
    return (count + rule.round_to // 2) // rule.round_to * rule.round_to


def protected_year(counted: Mapping[str, Any], rule: Publishing) -> dict[str, Any]:
    """What is stored of the counts of a year: nothing that may not be told, whoever reads the table."""
    return {
        "fewer_than": rule.below + 1,
        "tiers": [
            {"tier": one["tier"], **{name: protected(one[name], rule) for name in ("accounts", "events")}}
            for one in counted["tiers"]
        ],
        **{name: protected(counted[name], rule) for name in _COUNTS},
        "hours_to_detect": _median(counted["hours_to_detect"], counted["opened"], rule),
        "hours_to_close": _median(counted["hours_to_close"], counted["closed"], rule),
    }


def lay_down(actor: Actor, year: int) -> int:
    """Count a year that is over and keep the counts for somebody else to publish; returns the version's number.

    Raises HosoError HS8036 for a year that is not over.
    """
    placed = tiers().of_role
    with at_the_desk(actor, f"year/{year}") as scope, connection.cursor() as cursor:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise HosoError("HS8036")
        cursor.execute("SELECT oversight_count_year(%s, %s, %s)::text", [year, list(placed), list(placed.values())])
        content = protected_year(orjson.loads(cursor.fetchone()[0]), publishing())
        cursor.execute(
            "INSERT INTO oversight_year (year, content, laid_by) VALUES (%s, %s, %s) RETURNING id",
            [year, orjson.dumps(content).decode(), actor.account_id],
        )
        number = int(cursor.fetchone()[0])
        _record(actor, scope, number, f"laid down: {year}")
    return number


def publish(actor: Actor, number: int) -> Year:
    """Publish what somebody else laid down. Raises HosoError HS8022 for one's own, HS8037 where it is published or not there."""
    with at_the_desk(actor, f"year/{number}") as scope, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE oversight_year SET published_by = %s, published_at = now() WHERE id = %s",
            [actor.account_id, number],
        )
        if cursor.rowcount == 0:
            raise HosoError("HS8037")
        _record(actor, scope, number, "published")
        cursor.execute(f"{_READ} WHERE y.id = %s", [number])
        return _year(cursor.fetchone())


def years_at_the_desk(scope: Scope) -> list[Year]:
    """Every version, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ} ORDER BY y.id DESC")
        return [_year(row) for row in cursor.fetchall()]


def published_years() -> list[Year]:
    """Of each year what was published last, the newest year first. Anybody may read it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (year) id, year, content, '', 0, laid_at, published_at FROM oversight_year"
            " WHERE published_at IS NOT NULL ORDER BY year DESC, published_at DESC"
        )
        return [_year(row) for row in cursor.fetchall()]


def _record(actor: Actor, scope: Scope, number: int, reason: str) -> None:
    record_event(AuditEvent(actor, scope.role.key, PURPOSE, "update", object=f"year/{number}", reason=reason))


def _median(hours: float | None, cases: int, rule: Publishing) -> int | None:
    return round(hours) if hours is not None and cases >= rule.cases_for_a_median else None


def _year(row: tuple[Any, ...]) -> Year:
    number, year, content, laid_by, laid_by_id, laid_at, published_at = row
    told = orjson.loads(content)
    return Year(
        number, year, tuple(Use(**one) for one in told["tiers"]), {name: told[name] for name in _COUNTS},
        told["fewer_than"], told["hours_to_detect"], told["hours_to_close"], laid_by, laid_by_id, laid_at, published_at,
    )  # fmt: skip
