"""The policy: may this actor do this for this purpose, and which rows may the answer hold.

The first lock. Row security in the database is the second one and does not depend on this file.
"""

from dataclasses import dataclass

from hoso.core.access.actor import Actor
from hoso.core.access.roles import Role
from hoso.core.errors import HosoError

PERSON_SCOPE = """(
    (SELECT access_hidden_labels()) <> -1
    AND ({alias}.sensitivity & (SELECT access_hidden_labels())) = 0
    AND ((SELECT access_persons_everywhere())
         OR {alias}.place_id = ANY ((SELECT access_persons_places())::bigint[])
         OR EXISTS (SELECT 1 FROM access_care_relation care WHERE care.person_id = {alias}.person_id
                    AND care.facility_id = ANY ((SELECT access_persons_facilities())::bigint[]))))"""

FACILITY_SCOPE = """(
    (SELECT access_scope_everywhere())
    OR {alias}.facility_id = ANY ((SELECT access_scope_facilities())::bigint[]))"""


@dataclass(frozen=True)
class Scope:
    """The rows an allowed question may return, as SQL over an alias of a table with persons or facilities."""

    role: Role

    def persons(self, alias: str) -> str:
        return PERSON_SCOPE.format(alias=alias)

    def facilities(self, alias: str) -> str:
        return FACILITY_SCOPE.format(alias=alias)


def decide(actor: Actor, permission: str, purpose: str) -> Scope:
    """The policy hook. Raises HosoError HS2001 where no role of the actor grants the permission for the purpose."""
    role = actor.role_for(permission, purpose)
    if role is None:
        raise HosoError("HS2001", permission=permission, purpose=purpose)
    return Scope(role)
