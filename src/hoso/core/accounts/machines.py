"""Accounts of the house's own processes; they have no password and cannot sign in."""

from datetime import date

from hoso.core.accounts.models import Account, Assignment

INTAKE_SERVICE = "system.intake"


def ensure_machine_accounts() -> None:
    """Make the intake service's account when it is missing."""
    account, made = Account.objects.get_or_create(
        username=INTAKE_SERVICE,
        defaults={"full_name": "Dịch vụ tiếp nhận", "kind": Account.Kind.SERVICE, "password": "!"},
    )
    if made:
        Assignment.objects.create(account=account, role="intake_service", valid_from=date(2000, 1, 1))


def intake_service_id() -> int:
    """The account that files what arrives."""
    return Account.objects.values_list("pk", flat=True).get(username=INTAKE_SERVICE)
