"""A system outside, as tests know it: registered, with the machine that feeds it, and what was taken over of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import psycopg
import pytest
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import operator
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account, Assignment
from hoso.core.places.facilities import ensure_facility
from hoso.engines.oversight.outside.sources import Source, register_source
from hoso.engines.oversight.outside.taking import Taken, take

Make = Callable[..., Actor]
OF_THE_SYSTEM = "FROM oversight_event e JOIN oversight_source s ON s.id = e.source_id WHERE s.key = 'his'"


@dataclass(frozen=True)
class Outside:
    """`overseer` may see it; `feeder` is the machine."""

    database: Database
    feeder: Account
    overseer: Actor
    facility_id: int

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.admin_url) as admin:
            return admin.execute(statement, values).fetchall()

    def write(self, statement: str, *values: object) -> None:
        with psycopg.connect(self.database.admin_url) as admin:
            admin.execute(statement, values)

    @property
    def events(self) -> int:
        return int(self.rows(f"SELECT count(*) {OF_THE_SYSTEM}")[0][0])

    def feed(self, *texts: str) -> Taken:
        return take(Actor(self.feeder.pk, "may.his", "test"), texts)


def event(number: int, /, account: str = "his.lan", action: str = "read", **more: object) -> str:
    """One event in our own names, some minutes ago; the same number is the same event."""
    at = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        hours=10, seconds=number % 20_000
    )
    return orjson.dumps(
        {"key": f"e{number}", "at": at.isoformat(), "account": account, "action": action, **more}
    ).decode()


def machine(username: str, owner_id: int) -> Account:
    """A machine that may feed a source."""
    account = Account.objects.create_user(username, None, full_name="Máy", kind=Account.Kind.SERVICE, owner_id=owner_id)
    with as_operator():
        Assignment.objects.create(account=account, role="audit_source", valid_from=date(2020, 1, 1))
    return account


@pytest.fixture
def outside(own_database: Database, actor: Make) -> Outside:
    """The system `his` of the facility 80901, fed by the machine `may.his`."""
    overseer, feeder = actor("overseer"), machine("may.his", actor("administrator").account_id)
    facility = ensure_facility("80901")
    register_source(operator("test"), Source("his", "Bệnh viện mẫu", "Sample hospital", "may.his", facility.pk))
    return Outside(own_database, feeder, overseer, facility.pk)
