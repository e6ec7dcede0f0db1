"""What an access token's scopes allow: they narrow what the account's roles give, and never widen it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hoso.core.access import narrowing
from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.scopes import FHIR_CONTEXTS, PermissionScope, ResourceScope, parse

Interaction = Literal["create", "read", "update", "delete", "search"]


@dataclass(frozen=True)
class Permit:
    """One way in which the request is allowed; where there are several, a resource need meet only one of them."""

    patient: str = ""  # FHIR id of the only patient concerned; empty: whom the roles allow
    query: str = ""  # search parameters that the resource must meet, e.g. "category=laboratory"


def permits(actor: Actor, resource_type: str, interaction: Interaction, api: str = "fhir") -> tuple[Permit, ...]:
    """How far the scopes allow the actor this interaction on this type; empty: not at all.

    To be asked by the FHIR and the DHIS2 API (`api`) for each resource type of a request, the entries of a batch and
    the targets of `_include` too. An actor without scopes (a session, a token of an account) has one Permit without
    limits. The answer says nothing about roles: the policy still decides.
    """
    if actor.scopes is None:
        return (Permit(),)
    letter = interaction[0]
    found: dict[Permit, None] = {}
    for scope in map(parse, actor.scopes):
        if not isinstance(scope, ResourceScope) or letter not in scope.letters:
            continue
        if scope.type not in ("*", resource_type) or scope.context not in _contexts(api):
            continue
        if scope.context == "patient" and not actor.patient:
            continue
        found[Permit(actor.patient if scope.context == "patient" else "", scope.query)] = None
    return (Permit(),) if Permit() in found else tuple(found)


def allowed_permissions(scopes: Iterable[str], api: str) -> frozenset[str]:
    """What the scopes open on this API (`fhir`, `dhis2` or the own one), in the words of core/access/narrowing.py.

    On the FHIR and the DHIS2 API a route is opened by the kind of letters (reading or writing); which types, `permits`
    says. Exporting in bulk is for software that acts by itself, by the letters that read: `system/….rs` (Bulk Data Access).
    No scope of theirs opens the own API or a page, where a permission shows more than one type.
    """
    parsed = [parse(text) for text in scopes]
    if api in ("fhir", "dhis2"):
        resource = [scope for scope in parsed if isinstance(scope, ResourceScope) and scope.context in _contexts(api)]
        letters = frozenset().union(*(scope.letters for scope in resource))
        opened = {
            kind for kind, needed in ((narrowing.READING, "rs"), (narrowing.WRITING, "cud")) if letters & set(needed)
        }
        if any(scope.context == "system" and scope.letters >= {"r", "s"} for scope in resource):
            opened.add(narrowing.EXPORTING)
        return frozenset(opened)
    return frozenset(scope.permission for scope in parsed if isinstance(scope, PermissionScope))


def _contexts(api: str) -> tuple[str, ...]:
    return ("__dhis2",) if api == "dhis2" else FHIR_CONTEXTS
