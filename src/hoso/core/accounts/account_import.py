"""Making the accounts of a list: each row is taken whole or not at all, and giving the list again doubles nothing."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.utils import timezone

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.accounts.account_sheet import AccountRow, check_row, read_account_sheet
from hoso.core.accounts.actions import NewAccount, create_account_without_password
from hoso.core.accounts.assigning import Post, assign
from hoso.core.accounts.invitations import invite
from hoso.core.accounts.licences import give_licence
from hoso.core.accounts.managing import PERMISSION, PURPOSE
from hoso.core.accounts.models import Account, Assignment
from hoso.core.errors import HosoError
from hoso.core.places.models import Facility


@dataclass(frozen=True)
class ImportedRow:
    """What became of a row: `created`, `role_added`, `unchanged` or `refused`; the invitation's token is shown once."""

    number: int
    username: str
    full_name: str
    facility: str
    outcome: str
    token: str = ""
    error: HosoError | None = None


@dataclass
class AccountReport:
    """The account of an import: rows = created + role_added + unchanged + refused."""

    rows: list[ImportedRow] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)


def import_accounts(actor: Actor, path: Path) -> AccountReport:
    """Take a CSV or XLSX list in, row by row. Raises HosoError HS2001, and HS6008, HS6010, HS6011 for the whole file."""
    policy.decide(actor, PERMISSION, PURPOSE)
    rows = list(read_account_sheet(path))
    codes = {row.values["facility_code"].upper() for row in rows}
    facilities = {facility.code: facility for facility in Facility.objects.filter(code__in=codes)}
    roles, report, seen = _roles(), AccountReport(), set()
    for row in rows:
        try:
            checked = check_row(row, facilities, roles)
            if (checked.username, checked.role, checked.facility.code) in seen:
                raise HosoError("HS6003", row=row.number, code=checked.username)
            seen.add((checked.username, checked.role, checked.facility.code))
            report.rows.append(_take(actor, checked))
        except HosoError as error:
            told = {name: row.values[name] for name in ("username", "full_name", "facility_code")}
            report.rows.append(
                ImportedRow(
                    row.number, told["username"], told["full_name"], told["facility_code"], "refused", error=error
                )
            )
    return report


def _take(actor: Actor, row: AccountRow) -> ImportedRow:
    known = Account.objects.filter(username=row.username).first()
    if known is None:
        account = create_account_without_password(
            actor,
            NewAccount(
                row.username, row.full_name, row.kind, row.role, facility_id=row.facility.pk,
                email=row.email, personal_number=row.personal_number, valid_to=row.valid_to,
                licence=row.licence, licence_proof=row.licence_proof,
            ),
        )  # fmt: skip
        return _told(row, "created", invite(actor, account.pk))
    if known.full_name.casefold() != row.full_name.casefold():
        raise HosoError("HS2216", row=row.number, username=row.username, name=known.full_name)
    if row.licence:
        give_licence(actor, known.pk, row.licence, row.licence_proof)
    if Assignment.objects.filter(account=known, role=row.role, facility=row.facility, valid_to=row.valid_to).exists():
        return _told(row, "unchanged")
    assign(actor, known.pk, Post(row.role, row.facility.pk, None, timezone.localdate(), row.valid_to))
    return _told(row, "role_added")


def _told(row: AccountRow, outcome: str, token: str = "") -> ImportedRow:
    return ImportedRow(row.number, row.username, row.full_name, row.facility.name, outcome, token)


def _roles() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM access_role")
        return {key for (key,) in cursor.fetchall()}
