"""Accounts of the house's own processes; they have no password and cannot sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection

from hoso.core.accounts.models import Account, Assignment
from hoso.core.database.session import acting_transaction

INTAKE_SERVICE = "system.intake"
OPERATOR = "system.operator"
OVERSIGHT_SERVICE = "system.oversight"
PORTAL_SERVICE = "system.portal"
FACTS_SERVICE = "system.facts"
MACHINES = {  # name: full name and role
    INTAKE_SERVICE: ("Dịch vụ tiếp nhận", "intake_service"),
    OPERATOR: ("Người vận hành máy chủ", "operator"),
    OVERSIGHT_SERVICE: ("Dịch vụ giám sát truy cập", "oversight_service"),
    PORTAL_SERVICE: ("Dịch vụ đồng bộ cổng Bộ Y tế", "portal_service"),
    FACTS_SERVICE: ("Dịch vụ khối số liệu", "facts_service"),
}


def ensure_machine_accounts() -> None:
    """Make the machines' accounts that are missing, as the owner of the database: nobody else can grant the first role."""
    for username, (full_name, role) in MACHINES.items():
        account, made = Account.objects.using("owner").get_or_create(
            username=username, defaults={"full_name": full_name, "kind": Account.Kind.SERVICE, "password": "!"}
        )
        if made:
            Assignment.objects.using("owner").create(account=account, role=role, valid_from=date(2000, 1, 1))


def intake_service_id() -> int:
    """The account that files what arrives."""
    return _id_of(INTAKE_SERVICE)


def portal_service_id() -> int:
    """The account that takes papers out of the record for the ministry's portal."""
    return _id_of(PORTAL_SERVICE)


def facts_service_id() -> int:
    """The account that copies every reported figure into the cube."""
    return _id_of(FACTS_SERVICE)


def oversight_service_id() -> int:
    """The account that looks over accesses and raises cases."""
    return _id_of(OVERSIGHT_SERVICE)


def operator_id() -> int:
    """The account in whose name commands given on this machine manage accounts."""
    return _id_of(OPERATOR)


@contextmanager
def as_operator() -> Iterator[None]:
    """A transaction in the operator's name; afterwards row security sees again whom it saw before."""
    with _standing_in(operator_id(), "administration"):
        yield


@contextmanager
def as_intake_service() -> Iterator[int]:
    """The same in the name of the service that files what arrives: it sees every row. Gives its account."""
    service = intake_service_id()
    with _standing_in(service, "record_keeping"):
        yield service


@contextmanager
def _standing_in(account_id: int, purpose: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hoso.actor', true), current_setting('hoso.purpose', true)")
        before = cursor.fetchone()
        with acting_transaction(account_id, purpose):
            yield
            cursor.execute(
                "SELECT set_config('hoso.actor', %s, true), set_config('hoso.purpose', %s, true)",
                [before[0] or "", before[1] or ""],
            )


def _id_of(username: str) -> int:
    return Account.objects.values_list("pk", flat=True).get(username=username)
