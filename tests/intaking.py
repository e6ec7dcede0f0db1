"""Taking packages in for tests: through the real entry, as the real roles, and looking at what the store then holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account as SignIn
from hoso.core.accounts.models import Assignment
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.core.places.models import Place
from hoso.engines.intake import addresses, ledger
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.models import Account
from hoso.engines.intake.run import take_in_paths
from hoso.engines.people import queries as people
from hoso.engines.people.models import PersonHit
from hoso.engines.records import queries as records
from hoso.engines.records.models import Timeline, Visit
from hoso.engines.records.resource_types import NUMBERS
from tests.claim_packages import Claim, package

Answer = TypeVar("Answer")
PURPOSES = {
    "doctor": "treatment",
    "station_nurse": "treatment",
    "administrator": "administration",
    "overseer": "oversight",
}


def forget() -> None:
    """What this process remembers of the database before it."""
    ledger._all_codes.cache_clear()
    addresses.forget()


class Intake:
    """Sends packages into the database that is open now; files lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        folder.mkdir(exist_ok=True)

    def send(self, content: bytes, name: str = "", stated: str | None = None) -> Account:
        """Take in these bytes as a file of their own."""
        path = self.folder / (name or f"{next(self._numbers):04}.xml")
        path.write_bytes(content)
        return self.take(path, stated=stated)

    def file(self, *claims: Claim, made_on: str = "20250315", **how: Any) -> Account:
        """Take in one package of these claims."""
        return self.send(package(claims, made_on, **how))

    def take(self, *paths: Path, stated: str | None = None) -> Account:
        account = take_in_paths(intake_service("test"), paths, stated)
        assert account.balances, account
        return account


@contextmanager
def as_service() -> Iterator[Any]:
    """A cursor that sees every row, as the intake service."""
    with acting_transaction(intake_service("test").account_id, "record_keeping"), connection.cursor() as cursor:
        yield cursor


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with as_service() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def one(statement: str, *values: Any) -> Any:
    """The only value of the only row."""
    ((value,),) = rows(statement, *values)
    return value


def last_package() -> int:
    return int(one("SELECT max(id) FROM intake_package"))


def findings(severity: str | None = None) -> list[tuple[str, str, int, str]]:
    """(code, severity, table, field) of the last package."""
    found = rows("SELECT code, severity, table_no, field FROM intake_finding WHERE package_id = %s ORDER BY ordinal, number", last_package())  # fmt: skip
    return [row for row in found if severity in (None, row[1])]


def state() -> str:
    """What became of the only visit of the last package."""
    return str(one("SELECT state FROM intake_visit WHERE package_id = %s", last_package()))


def person_of(ma_lk: str, facility: str = "01000") -> int:
    """The person a visit is filed under now."""
    return int(
        one(
            "SELECT person_id FROM intake_current_visit v JOIN places_facility f ON f.id = v.facility_id"
            " WHERE v.ma_lk = %s AND f.code = %s", ma_lk, facility,
        )
    )  # fmt: skip


def resources(type_name: str, deleted: bool = False) -> list[tuple[Any, ...]]:
    """(id, version, body, source_line) of the current resources of one type."""
    return rows(
        "SELECT id, version, body, source_line FROM records_resource WHERE type = %s AND deleted = %s ORDER BY source_line, id",
        NUMBERS[type_name], deleted,
    )  # fmt: skip


_accounts = count(1)


def sign_in(role: str, facility: str | None = None, place: Place | None = None, password: str | None = None) -> SignIn:
    """An account with one role: at a facility, in a place, or everywhere."""
    account = SignIn.objects.create_user(
        f"{role}.{next(_accounts)}.{facility or ''}", password, full_name=role, kind=SignIn.Kind.CLINICAL
    )
    held = ensure_facility(facility) if facility else None
    with as_operator():
        Assignment.objects.create(account=account, role=role, facility=held, place=place, valid_from=date(2020, 1, 1))
    return account


@dataclass(frozen=True)
class Asker:
    """Somebody with a role, asking through the one way out."""

    actor: Actor
    purpose: str

    def ask(self, permission: str, query: Callable[[Scope], Answer], person_id: int | None = None) -> Answer:
        return read(self.actor, self.purpose, Asking(permission, person_id=person_id), query)

    def search(self, text: str) -> list[PersonHit]:
        return list(self.ask("person.search", lambda scope: people.search(scope, text)).hits)

    def names(self, text: str) -> list[str]:
        return [hit.name for hit in self.search(text)]

    def person(self, person_id: int) -> Any:
        return self.ask("record.read", lambda scope: people.person(scope, person_id), person_id)

    def timeline(self, person_id: int, **page: Any) -> Timeline:
        return self.ask("record.read", lambda scope: records.timeline(scope, person_id, **page), person_id)

    def visit(self, person_id: int, encounter: str) -> Visit | None:
        return self.ask("record.read", lambda scope: records.visit(scope, person_id, encounter), person_id)


def asker(role: str = "doctor", facility: str | None = None, place: Place | None = None) -> Asker:
    """Somebody new with this role."""
    account = sign_in(role, facility, place)
    return Asker(Actor(account.pk, account.username, "test"), PURPOSES.get(role, "record_keeping"))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
