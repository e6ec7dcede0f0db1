"""The policy: may this actor do this for this purpose, and which rows may the answer hold.

The first lock. Row security in the database is the second one and does not depend on this file.
"""

from dataclasses import dataclass

from django.db import connection

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


@dataclass(frozen=True)
class Deciding:
    """The rule by which one person's record is open to the actor, and whether by break-glass alone."""

    rule: str
    break_glass: bool = False


def deciding(scope: Scope, person_id: int) -> Deciding | None:
    """Name the rule that opened a person who was shown, inside the question's transaction. The place is not looked up:
    where no other rule fits a person who was found, it is the one of the place. None where no rule reaches persons."""
    by_relation = {reach.relation: reach for reach in reversed(scope.reaches)}
    if "everywhere" in by_relation or not by_relation:
        return Deciding(by_relation["everywhere"].rule) if by_relation else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT relation, facility_id, state, kind FROM access_ties(%s)", [person_id])
        ties = cursor.fetchall()
    for reach in scope.reaches:
        if reach.relation == "place":
            continue
        for relation, facility_id, state, kind in ties:
            at = reach.relation != "facility" or reach.facility_id == facility_id
            if relation == reach.relation and at and reach.state in (None, state):
                only = kind == "break_glass" and not any(tie[0] == "granted" and tie[3] != kind for tie in ties)
                return Deciding(reach.rule, only and "place" not in by_relation)
    return Deciding(by_relation["place"].rule) if "place" in by_relation else None


def decide(actor: Actor, permission: str, purpose: str) -> Scope:
    """The policy hook. Raises HosoError HS2001 where no role of the actor grants the permission for the purpose."""
    role = actor.role_for(permission, purpose)
    if role is None:
        raise HosoError("HS2001", permission=permission, purpose=purpose)
    return Scope(role, permission, reaches(shipped_rules(), actor.assignments, purpose, permission))
