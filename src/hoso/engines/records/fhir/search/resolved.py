"""A query whose chains were followed: what remains can be asked of one resource alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hoso.engines.records.fhir.definitions import SearchParameter
from hoso.engines.records.fhir.paths import referred_type
from hoso.engines.records.fhir.search.index_rows import referred_id
from hoso.engines.records.fhir.search.matching import criteria_matcher
from hoso.engines.records.fhir.search.query import Criterion
from hoso.engines.records.fhir.search.values import values_of

Key = tuple[str, str]  # type, id


@dataclass(frozen=True)
class Referring:
    """One of these is referred to by the parameter (of any of several parameters: a compartment)."""

    parameters: tuple[SearchParameter, ...]
    keys: frozenset[Key]


@dataclass(frozen=True)
class Identified:
    """The resource is one of these."""

    ids: frozenset[str]


Resolved = Criterion | Referring | Identified


def resolved_matcher(type_name: str, conditions: list[Resolved]) -> Callable[[Any], bool]:
    """Whether a resource meets all conditions. Raises HosoError HS5112 for a value that cannot be read."""
    tests = [criteria_matcher([one for one in conditions if isinstance(one, Criterion)])]
    tests += [_referring(one) for one in conditions if isinstance(one, Referring)]
    tests += [_identified(one) for one in conditions if isinstance(one, Identified)]
    return lambda resource: all(test(resource) for test in tests)


def _referring(condition: Referring) -> Callable[[Any], bool]:
    finders = [values_of(one) for one in condition.parameters]

    def test(resource: Any) -> bool:
        return any(
            kind == "Reference" and (referred_type(value), referred_id(value.get("reference", ""))) in condition.keys
            for find in finders
            for kind, value in find(resource)
        )

    return test


def _identified(condition: Identified) -> Callable[[Any], bool]:
    return lambda resource: resource.get("id") in condition.ids
