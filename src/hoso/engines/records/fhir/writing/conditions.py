"""The conditions of one turn, found once: conditional creates, updates, deletes, and conditional references."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from hoso.core.access.policy import Scope
from hoso.engines.records.fhir.writing.asked import Refused, Wanted
from hoso.engines.records.fhir.writing.matches import Condition, matches
from hoso.engines.records.fhir.writing.references import conditional_references


class Conditions:
    def __init__(self, cursor: Any, scope: Scope) -> None:
        self.cursor = cursor
        self.scope = scope
        self.found: Mapping[Condition, list[str]] = {}

    def find(self, wanted: Sequence[Wanted]) -> None:
        """Look all of them up. Who writes under a condition waits for others who write under the same.

        Raises Refused HS5124 where an interaction's criteria fit several."""
        own: dict[Condition, str] = {}
        for one in wanted:
            if condition := condition_of(one):
                if condition in own:
                    raise Refused("HS5138", one.place, resource="?".join(condition)[:120], other=own[condition])
                own[condition] = one.place
        for condition in sorted(own):
            self.cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock(condition)])
        inside = {condition for one in wanted if not one.as_sent for condition in conditional_references(one.body)}
        self.found = matches(self.cursor, self.scope, sorted(own.keys() | inside))
        for one in wanted:
            condition = condition_of(one)
            if condition and len(self.found[condition]) > 1:
                raise Refused("HS5124", one.place, type=one.type_name)

    def meant(self, wanted: Wanted) -> str:
        """The id of the resource an interaction's criteria fit; empty for none, or without criteria."""
        condition = condition_of(wanted)
        return next(iter(self.found[condition]), "") if condition else ""

    def finds_only(self, wanted: Wanted) -> bool:
        """A conditional create of what is there already: nothing is written."""
        return wanted.if_none_exist is not None and self.meant(wanted) != ""

    def reference(self, place: str) -> Callable[[str, str], str]:
        """Answers conditional references. Raises Refused HS5126 where one fits nothing or several."""

        def found(type_name: str, query: str) -> str:
            ids = self.found.get((type_name, query), [])
            if len(ids) != 1:
                raise Refused("HS5126", place, reference=f"{type_name}?{query}"[:120], count=len(ids))
            return ids[0]

        return found


def condition_of(wanted: Wanted) -> Condition | None:
    query = wanted.query if wanted.query is not None else wanted.if_none_exist
    return None if query is None else (wanted.type_name, query)


def _lock(condition: Condition) -> int:
    digest = blake2b("\x1f".join(condition).encode(), digest_size=8, person=b"condition").digest()
    return int.from_bytes(digest, "big", signed=True)
