"""The grammar of scopes: what a token may be used for.

SMART App Launch 2.2 (`patient/Observation.rs?category=…`, `user/…`, `system/…`) and its version 1 spelling
(`.read`, `.write`, `.*`), which is understood as the specification maps it and answered as it was asked for.
Of our own, with the two underscores that the specification keeps for extensions: `__hoso/<permission>` for the
own API, `__dhis2/<resource>.<letters>` for the DHIS2-shaped one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

LAUNCH, LAUNCH_ENCOUNTER = "launch", "launch/encounter"  # opened from a page of ours; with the visit on it
PLAIN = ("openid", "fhirUser", "profile", "offline_access", LAUNCH, "launch/patient", LAUNCH_ENCOUNTER)
FHIR_CONTEXTS = ("patient", "user", "system")
V1_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}
_RESOURCE = re.compile(
    r"(?P<context>patient|user|system|__dhis2)/(?P<type>\*|[A-Za-z][A-Za-z0-9]{0,63})"
    r"\.(?P<letters>read|write|\*|c?r?u?d?s?)(?:\?(?P<query>[!-~]{1,300}))?"
)
_PERMISSION = re.compile(r"__hoso/(?P<permission>\*|[a-z_]{1,40}\.[a-z_]{1,40})")


@dataclass(frozen=True)
class ResourceScope:
    """Access to resources of one type, or of all (`*`); `letters` of c r u d s."""

    context: str  # patient, user, system or __dhis2
    type: str
    letters: frozenset[str]
    query: str = ""  # search parameters that a resource must meet, as written


@dataclass(frozen=True)
class PermissionScope:
    """Use of one permission of the own API, or of all (`*`)."""

    permission: str


@dataclass(frozen=True)
class PlainScope:
    name: str


Scope = ResourceScope | PermissionScope | PlainScope


@lru_cache(maxsize=2048)
def parse(text: str) -> Scope | None:
    """The scope, or None where it is none of ours: unknown, letters out of order, a query on a version 1 scope."""
    if text in PLAIN:
        return PlainScope(text)
    if found := _PERMISSION.fullmatch(text):
        return PermissionScope(found["permission"])
    found = _RESOURCE.fullmatch(text)
    if not found or not found["letters"]:
        return None
    query = found["query"] or ""
    version_1 = found["letters"] in V1_LETTERS
    if version_1 and (query or found["context"] == "__dhis2"):
        return None
    if query and (found["context"] == "__dhis2" or not _well_formed(query)):
        return None
    return ResourceScope(
        found["context"], found["type"], frozenset(V1_LETTERS.get(found["letters"], found["letters"])), query
    )


def covers(wider: Scope, narrower: Scope) -> bool:
    """Whether whoever has the wider scope has the narrower one with it."""
    if isinstance(wider, ResourceScope) and isinstance(narrower, ResourceScope):
        return (
            wider.context == narrower.context
            and wider.type in ("*", narrower.type)
            and wider.letters >= narrower.letters
            and wider.query in ("", narrower.query)
        )
    if isinstance(wider, PermissionScope) and isinstance(narrower, PermissionScope):
        return wider.permission in ("*", narrower.permission)
    return wider == narrower


def narrow(requested: str, registered: Iterable[str]) -> str:
    """Of the scopes asked for, as they were written, those that the registered ones cover; each once."""
    allowed = [scope for scope in map(parse, registered) if scope]
    granted: dict[str, None] = {}
    for text in requested.split():
        scope = parse(text)
        if scope is not None and any(covers(wider, scope) for wider in allowed):
            granted[text] = None
    return " ".join(granted)


def refused(requested: str, registered: Iterable[str]) -> list[str]:
    """The scopes asked for that are not granted."""
    granted = narrow(requested, registered).split()
    return [text for text in requested.split() if text not in granted]


def for_people(scopes: str) -> str:
    """Without the scopes that only software acting by itself may hold."""
    return _without(scopes, ("system",))


def for_software(scopes: str) -> str:
    """Without the scopes that need a person at the screen."""
    return " ".join(text for text in _without(scopes, ("patient", "user")).split() if text not in PLAIN)


def without(scopes: str, left_out: str) -> str:
    """The scopes less this one."""
    return " ".join(text for text in scopes.split() if text != left_out)


def needs_patient(scopes: str) -> bool:
    """Whether one patient must be in context (SMART App Launch 2.2, launch context and patient-specific scopes)."""
    parsed = [parse(text) for text in scopes.split()]
    return any(
        scope in (PlainScope(LAUNCH), PlainScope("launch/patient"))
        or (isinstance(scope, ResourceScope) and scope.context == "patient")
        for scope in parsed
    )


def is_for_fhir(scopes: str) -> bool:
    """Whether the FHIR API is asked for, so that the audience must be named."""
    parsed = [parse(text) for text in scopes.split()]
    return any(isinstance(scope, ResourceScope) and scope.context in FHIR_CONTEXTS for scope in parsed)


def _without(scopes: str, contexts: tuple[str, ...]) -> str:
    parsed = [(text, parse(text)) for text in scopes.split()]
    return " ".join(
        text for text, scope in parsed if not (isinstance(scope, ResourceScope) and scope.context in contexts)
    )


def _well_formed(query: str) -> bool:
    try:
        return bool(parse_qsl(query, strict_parsing=True, max_num_fields=10))
    except ValueError:
        return False
