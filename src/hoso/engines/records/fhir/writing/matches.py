"""Conditional searches: which resources a create, update, delete or reference by criteria means. FHIR R4 section 3.1.0.8.

Candidates come from the index rows of a token without modifier (an identifier, as a rule) or from `_id`; whether one fits
is decided by its bytes, by all criteria.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.search.index_rows import has_rows, row_hash
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import Criterion, Query, parse_query, split_escaped, unescape
from hoso.engines.records.fhir.writing.current import resources_by_key
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NUMBERS, name_of

Condition = tuple[str, str]  # type, query
MOST = 100  # candidates looked at for one condition


@dataclass(frozen=True, slots=True)
class _Read:
    """A condition read: where its candidates are, and what they must fit."""

    query: Query
    ids: tuple[str, ...]
    hashes: tuple[int, ...]


def matches(cursor: Any, scope: Scope, conditions: Iterable[Condition]) -> Mapping[Condition, list[str]]:
    """The ids that fit each condition, two at most. Raises HosoError HS5125 for criteria that name nothing to look for."""
    read = {one: _read(*one) for one in dict.fromkeys(conditions)}
    if not read:
        return {}
    by_hash = _candidates(cursor, scope, {value for one in read.values() for value in one.hashes})
    keys = {(one.query.type_name, id_) for one in read.values() for id_ in one.ids}
    keys |= {key for found in by_hash.values() for key in found}
    stored = resources_by_key(cursor, scope, keys)
    return {condition: _fitting(one, by_hash, stored) for condition, one in read.items()}


def _read(type_name: str, text: str) -> _Read:
    if type_name not in NUMBERS:
        raise HosoError("HS5115", type=type_name[:40])
    query = parse_query(type_name, parse_qsl(text, keep_blank_values=True))
    plain = [one for one in query.criteria if isinstance(one, Criterion)]
    for criterion in plain:
        if criterion.parameter.code == "_id" and not criterion.modifier:
            return _Read(query, tuple(unescape(value.text) for value in criterion.values), ())
    for criterion in sorted(plain, key=lambda one: one.parameter.code != "identifier"):
        looked_up = (
            criterion.missing is None and not criterion.modifier and has_rows(type_name, criterion.parameter.code)
        )
        if criterion.parameter.kind == "token" and looked_up:
            return _Read(query, (), tuple(_hash(type_name, criterion, value.text) for value in criterion.values))
    raise HosoError("HS5125", type=type_name)


def _hash(type_name: str, criterion: Criterion, text: str) -> int:
    pieces = [unescape(one) for one in split_escaped(text, "|")]
    return row_hash(type_name, criterion.parameter.code, "code", pieces[-1].casefold())


def _candidates(cursor: Any, scope: Scope, hashes: set[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    if hashes:
        cursor.execute(
            f"""
            SELECT DISTINCT t.hash, t.type, t.id FROM unnest(%s::bigint[]) AS wanted (hash), LATERAL (
                SELECT * FROM records_token r WHERE r.hash = wanted.hash
                  AND (r.person_id = 0 OR {scope.persons("r")}) LIMIT {MOST}) AS t
            """,
            [sorted(hashes)],
        )
        for value, number, id_ in cursor.fetchall():
            found.setdefault(value, []).append((name_of(number), id_))
    return found


def _fitting(
    read: _Read, by_hash: Mapping[int, list[tuple[str, str]]], stored: Mapping[tuple[str, str], StoredResource]
) -> list[str]:
    type_name = read.query.type_name
    keys = [(type_name, id_) for id_ in read.ids] + [key for value in read.hashes for key in by_hash.get(value, ())]
    fits = matcher(read.query)
    found = [
        key[1]
        for key in dict.fromkeys(keys)
        if key[0] == type_name and (one := stored.get(key)) and not one.deleted and fits(orjson.loads(one.served()))
    ]
    return found[:2]
