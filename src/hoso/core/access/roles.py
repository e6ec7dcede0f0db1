"""Roles: defined in `definitions/access/roles.yaml`, kept in `access_role`, held through assignments."""

from dataclasses import dataclass

from django.db import connections, transaction

from hoso.core.access.labels import labels, withheld_mask
from hoso.core.access.reach import Assignment
from hoso.core.access.rule_loading import load_rules
from hoso.core.database.prepared import rows_of
from hoso.core.definitions import definitions_folder, read_definition

ALL_LABELS = -1
_HELD = (
    "SELECT role, facility_id, place_id, everywhere, sees_persons, title_vi, title_en, permissions, purposes, second_factor"
    " FROM access_held(%s::bigint)"
)


@dataclass(frozen=True)
class Role:
    key: str
    title_vi: str
    title_en: str
    permissions: frozenset[str]
    purposes: frozenset[str]
    second_factor: bool


def hidden_labels(destination: str) -> int:
    """The label bits a role with this destination never sees; `all` sees every label, `none` sees none."""
    if destination == "all":
        return 0
    if destination == "none":
        return ALL_LABELS
    return withheld_mask(destination)


def load_shipped_roles() -> int:
    """Bring `access_role` and `access_rule` in line with the shipped files; what an administrator made (`local`) stays.
    Returns the number of roles."""
    entries = read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]
    labels()  # a broken label file must stop the load, not widen a role
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for entry in entries:
            cursor.execute(
                """
                INSERT INTO access_role (key, title_vi, title_en, everywhere, permissions, purposes,
                                         sees_persons, hidden_labels, second_factor, origin)
                VALUES (%(key)s, %(title_vi)s, %(title_en)s, %(everywhere)s, %(permissions)s, %(purposes)s,
                        %(sees_persons)s, %(hidden)s, %(second_factor)s, 'shipped')
                ON CONFLICT (key) DO UPDATE SET
                    title_vi = excluded.title_vi, title_en = excluded.title_en, everywhere = excluded.everywhere,
                    permissions = excluded.permissions, purposes = excluded.purposes,
                    sees_persons = excluded.sees_persons, hidden_labels = excluded.hidden_labels, second_factor = excluded.second_factor
                WHERE access_role.origin = 'shipped'
                """,
                {
                    **entry,
                    "sees_persons": entry["destination"] != "none",
                    "hidden": hidden_labels(entry["destination"]),
                },
            )
        load_rules(cursor)
    return len(entries)


@dataclass(frozen=True)
class Held:
    """What an account holds today: its roles, most permissions first, and where it holds them."""

    roles: tuple[Role, ...]
    assignments: tuple[Assignment, ...]


def held_today(account_id: int) -> Held:
    """Roles and assignments of an active account, in one look-up; of a closed account none."""
    rows = rows_of(_HELD, [account_id])
    roles = {row[0]: Role(row[0], row[5], row[6], frozenset(row[7]), frozenset(row[8]), row[9]) for row in rows}
    return Held(tuple(roles.values()), tuple(dict.fromkeys(Assignment(*row[:5]) for row in rows)))


def held_roles(account_id: int) -> tuple[Role, ...]:
    """Every role an active account holds today, most permissions first."""
    return held_today(account_id).roles
