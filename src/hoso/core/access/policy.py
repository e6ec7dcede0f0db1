"""The policy: may this actor do this for this purpose, and which rows may the answer hold.

The first lock. Row security in the database is the second one and does not depend on this file.
"""

from dataclasses import dataclass

from hoso.core.access.actor import Actor
from hoso.core.access.predicates import person_predicate
from hoso.core.access.reach import Reach, reaches
from hoso.core.access.roles import Role
from hoso.core.access.rules import shipped_rules
from hoso.core.errors import HosoError

FACILITY_SCOPE = """(
    (SELECT access_scope_everywhere())
    OR {alias}.facility_id = ANY ((SELECT access_scope_facilities())::bigint[]))"""


@dataclass(frozen=True)
class Scope:
    """The rows an allowed question may return, as SQL over an alias of a table with persons or facilities."""

    role: Role
    action: str = ""
    reaches: tuple[Reach, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules by which rows may be returned."""
        return tuple(dict.fromkeys(reach.rule for reach in self.reaches))

    def persons(self, alias: str, of_visits: bool = False) -> str:
        """For a table with persons. `of_visits`: its rows belong to visits (column `encounter`), and an opening to one
        visit opens that visit's rows alone."""
        visit = f"opened.encounter = {alias}.encounter" if of_visits else "true"
        return person_predicate(self.reaches, self.action, alias, visit)

    def facilities(self, alias: str) -> str:
        return FACILITY_SCOPE.format(alias=alias)


def decide(actor: Actor, permission: str, purpose: str) -> Scope:
    """The policy hook. Raises HosoError HS2001 where no role of the actor grants the permission for the purpose."""
    role = actor.role_for(permission, purpose)
    if role is None:
        raise HosoError("HS2001", permission=permission, purpose=purpose)
    return Scope(role, permission, reaches(shipped_rules(), actor.assignments, purpose, permission))
