"""What an export is asked to hold: types, since when, of whom, and searches that a resource must fit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import Permit, permits
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.definitions import resource_types
from hoso.engines.records.fhir.everything import record_types
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import parse_query
from hoso.engines.records.fhir.writing.unwritten import UNWRITTEN
from hoso.engines.records.reading import StoredResource

Test = Callable[[StoredResource], bool]


@dataclass(frozen=True)
class Asked:
    """`level`: system, patient or group. `types`: in the order of the files. `filters`: type -> searches of which a resource
    must fit one."""

    level: str
    types: tuple[str, ...]
    group: str = ""
    since: datetime | None = None
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """As it is kept with the order."""
        since = self.since.isoformat() if self.since else None
        return {"level": self.level, "types": self.types, "group": self.group, "since": since, "filters": self.filters}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Asked":
        since = datetime.fromisoformat(kept["since"]) if kept["since"] else None
        filters = {name: tuple(searches) for name, searches in kept["filters"].items()}
        return cls(kept["level"], tuple(kept["types"]), kept["group"], since, filters)


def types_of(actor: Actor, level: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """The types to export: those wanted, or all of the level that the token's scopes permit.

    Raises HosoError HS5115 for a type not served, HS5112 for one outside of the level, HS2255 for one that no scope permits.
    """
    served = {name for name in resource_types() if name not in UNWRITTEN}
    known = served if level == "system" else served & record_types()
    for name in wanted:
        if name not in served:
            raise HosoError("HS5115", type=name[:40])
        if name not in known:
            raise HosoError("HS5112", name="_type", value=name[:60])
        if not permits(actor, name, "read"):
            raise HosoError("HS2255", type=name, interaction="export")
    found = [name for name in (dict.fromkeys(wanted) or sorted(known)) if permits(actor, name, "read")]
    if not found:
        raise HosoError("HS2255", type="*", interaction="export")
    return tuple(sorted(found, key=lambda name: name != "Patient"))  # who reads the files meets the patients first


def filters_of(texts: Sequence[str], types: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`_typeFilter`: `Observation?code=…`, each of a type that is exported. Raises HosoError HS5112, or that of the search."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, mark, search = text.partition("?")
        if not mark or name not in types:
            raise HosoError("HS5112", name="_typeFilter", value=text[:60])
        _matcher(name, search)
        found[name] = (*found.get(name, ()), search)
    return found


def test_of(actor: Actor, asked: Asked, type_name: str) -> Test | None:
    """Whether a resource that the policy shows is exported; None where all of them are.

    Raises HosoError HS2255 where the scopes permit none.
    """
    given = permits(actor, type_name, "read")
    if not given:
        raise HosoError("HS2255", type=type_name, interaction="export")
    groups = []
    if Permit() not in given:
        groups.append([_matcher(type_name, one.query) for one in given if one.query and not one.patient])
    if type_name in asked.filters:
        groups.append([_matcher(type_name, search) for search in asked.filters[type_name]])
    if not groups:
        return None

    def test(one: StoredResource) -> bool:
        content = orjson.loads(one.served())
        return all(any(fits(content) for fits in group) for group in groups)

    return test


def _matcher(type_name: str, search: str) -> Callable[[Any], bool]:
    query = parse_query(type_name, parse_qsl(search, keep_blank_values=True))
    if query.includes or query.sort:
        raise HosoError("HS5112", name="_typeFilter", value=search[:60])
    return matcher(query)
