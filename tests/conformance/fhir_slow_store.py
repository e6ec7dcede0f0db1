"""A slow and obvious FHIR search over all resources that somebody may see, held as JSON: chains, `_has`, includes, order.

Shares nothing with `engines/records/fhir/search`; single values are compared by fhir_slow_search.py.
"""

from collections.abc import Iterable
from typing import Any

from hoso.engines.records.fhir.definitions import SearchParameter, search_parameters
from tests.conformance import fhir_slow_search as slow

Key = tuple[str, str]
Resource = dict[str, Any]
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")


class SlowStore:
    """What one asker may see."""

    def __init__(self, resources: Iterable[Resource], values: dict[tuple[Key, str], list[Any]]) -> None:
        self.all: dict[Key, Resource] = {(one["resourceType"], one["id"]): one for one in resources}
        self.known_values = values  # of a resource and a parameter, the same for every asker

    def search(self, type_name: str, conditions: list[tuple[str, str]]) -> set[Key]:
        return {
            key
            for key, one in self.all.items()
            if key[0] == type_name and all(self.matches(one, name, text) for name, text in conditions)
        }

    def matches(self, one: Resource, name: str, text: str) -> bool:
        kind, id_ = one["resourceType"], one["id"]
        if name.startswith("_has:"):
            _, other, reference, rest = name.split(":", 3)
            return any(
                (kind, id_) in self.references(each, reference) and self.matches(each, rest, text)
                for key, each in self.all.items()
                if key[0] == other
            )
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        if dot:
            return any(
                key in self.all
                and modifier in ("", key[0])
                and self._has_parameter(key[0], rest)
                and self.matches(self.all[key], rest, text)
                for key in self.references(one, code)
            )
        parameter = search_parameters(kind)[code]
        return self._fits(one, parameter, modifier, text)

    def _has_parameter(self, type_name: str, rest: str) -> bool:
        code = rest.partition(".")[0].partition(":")[0]
        return code in search_parameters(type_name) or code == "_has"

    def _fits(self, one: Resource, parameter: SearchParameter, modifier: str, text: str) -> bool:
        """Alternatives are parted by bare commas; `:not` excludes what fits any of them."""
        found = self._values(one, parameter)
        if modifier == "missing":
            return (not found) == (text == "true")
        hit = False
        for each in _alternatives(text):
            prefix = ""
            if parameter.kind in ("date", "number", "quantity") and each[:2] in PREFIXES:
                prefix, each = each[:2], each[2:]
            compare = slow.COMPARE[parameter.kind]
            hit = hit or any(compare(value, modifier.replace("not", ""), prefix, each) for value in found)
        return not hit if modifier == "not" else hit

    def _values(self, one: Resource, parameter: SearchParameter) -> list[Any]:
        key = ((one["resourceType"], one["id"]), parameter.code)
        if key not in self.known_values:
            self.known_values[key] = slow.values(one, parameter)
        return self.known_values[key]

    def references(self, one: Resource, code: str) -> set[Key]:
        """What a resource refers to by a parameter."""
        parameter = search_parameters(one["resourceType"])[code]
        found = set()
        for value in self._values(one, parameter):
            if isinstance(value, dict) and "/" in value.get("reference", ""):
                kind, _, id_ = value["reference"].partition("/")
                found.add((kind, id_))
        return found

    def included(self, found: set[Key], includes: list[tuple[str, str]]) -> set[Key]:
        """What `_include` and `_revinclude` bring along, those with `:iterate` again and again."""
        have, new, first = set(found), set(found), True
        while new:
            brought: set[Key] = set()
            for name, text in includes:
                if first or name.endswith(":iterate"):
                    brought |= self._one_include(new, name, text)
            new = brought - have
            have |= new
            first = False
        return have - found

    def _one_include(self, sources: set[Key], name: str, text: str) -> set[Key]:
        kind, _, rest = text.partition(":")
        code, _, target = rest.partition(":")
        if name.startswith("_include"):
            named = {key for one in sources if one[0] == kind for key in self.references(self.all[one], code)}
            return {key for key in named if key in self.all and target in ("", key[0])}
        wanted = {key for key in sources if target in ("", key[0])}
        return {key for key, one in self.all.items() if key[0] == kind and self.references(one, code) & wanted}

    def order_of(self, key: Key, code: str, descending: bool) -> Any:
        """What a date parameter puts a resource in order by; None: last."""
        found = self._values(self.all[key], search_parameters(key[0])[code])
        starts = [interval[0] for value in found for interval in slow.intervals(value)]
        return (max(starts) if descending else min(starts)) if starts else None


def _alternatives(text: str) -> list[str]:
    parts = text.replace("\\,", "\0").split(",")
    return [
        one.replace("\0", ",").replace("\\$", "$").replace("\\|", "|").replace("\\\\", "\\") for one in parts if one
    ]
