"""The policy: may this actor do this for this purpose, and which rows may the answer hold.

The first lock. Row security in the database is the second one and does not depend on this file.
"""

from dataclasses import dataclass

from hoso.core.access.actor import Actor
from hoso.core.access.roles import Role
from hoso.core.errors import HosoError

# A row of a person in reach of the actor's roles without a label hidden from them, or one that a living grant opens.
PERSON_SCOPE = """(
    ((SELECT access_hidden_labels()) <> -1
     AND ({alias}.sensitivity & (SELECT access_hidden_labels())) = 0
     AND ((SELECT access_persons_everywhere())
          OR {alias}.place_id = ANY ((SELECT access_persons_places())::bigint[])
          OR EXISTS (SELECT 1 FROM access_care_relation care WHERE care.person_id = {alias}.person_id
                     AND care.facility_id = ANY ((SELECT access_persons_facilities())::bigint[]))))
    OR ({alias}.person_id = ANY ((SELECT access_granted_persons())::bigint[])
        AND EXISTS (SELECT 1 FROM unnest((SELECT access_granted_persons())::bigint[],
                                         (SELECT access_granted_labels())::integer[],
                                         (SELECT access_granted_encounters())::text[])
                                  AS granted (person, labels, encounter)
                    WHERE granted.person = {alias}.person_id AND ({alias}.sensitivity & ~granted.labels) = 0
                      AND (granted.encounter IS NULL OR {visit}))))"""

FACILITY_SCOPE = """(
    (SELECT access_scope_everywhere())
    OR {alias}.facility_id = ANY ((SELECT access_scope_facilities())::bigint[]))"""


@dataclass(frozen=True)
class Scope:
    """The rows an allowed question may return, as SQL over an alias of a table with persons or facilities."""

    role: Role

    def persons(self, alias: str, of_visits: bool = False) -> str:
        """For a table with persons. `of_visits`: its rows belong to visits (column `encounter`), and a grant to one
        visit opens that visit's rows alone."""
        visit = f"granted.encounter = {alias}.encounter" if of_visits else "true"
        return PERSON_SCOPE.format(alias=alias, visit=visit)

    def facilities(self, alias: str) -> str:
        return FACILITY_SCOPE.format(alias=alias)


def decide(actor: Actor, permission: str, purpose: str) -> Scope:
    """The policy hook. Raises HosoError HS2001 where no role of the actor grants the permission for the purpose."""
    role = actor.role_for(permission, purpose)
    if role is None:
        raise HosoError("HS2001", permission=permission, purpose=purpose)
    return Scope(role)
