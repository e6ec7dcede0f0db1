"""Answers with a part of each resource: `_summary` and `_elements` (R4 sections 3.1.1.5.8 and 3.1.1.5.9).

Numbers keep the digits they were written with.
"""

import json
from functools import cache
from typing import Any

import orjson

from hoso.engines.records.fhir.definitions import types
from hoso.engines.records.fhir.search.query import Query
from hoso.engines.records.reading import StoredResource

SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules"})


def written(query: Query, one: StoredResource) -> bytes:
    """The resource as the query wants it: whole, or the part it asks for, tagged as such."""
    if query.summary == "false" and not query.elements:
        return one.served()
    content: dict[str, Any] = json.loads(one.served(), parse_float=lambda text: orjson.Fragment(text))
    kept = {key: value for key, value in content.items() if _kept(query, one.type, key)}
    kept["meta"] = {**kept["meta"], "tag": [*kept["meta"].get("tag", []), SUBSETTED]}
    return orjson.dumps(kept)


def _kept(query: Query, type_name: str, key: str) -> bool:
    name = key.removeprefix("_")
    if name in ALWAYS:
        return True
    stem, mandatory, in_summary = _elements(type_name).get(name, ("", False, False))
    if query.elements:
        return mandatory or (query.type_name == type_name and (name in query.elements or stem in query.elements))
    if query.summary == "text":
        return mandatory or name == "text"
    return name != "text" if query.summary == "data" else mandatory or in_summary


@cache
def _elements(type_name: str) -> dict[str, tuple[str, bool, bool]]:
    """JSON key -> (name without the type of a choice, whether it must be there, whether it is of the summary)."""
    return {
        key: (one.name.removesuffix("[x]"), one.least > 0, one.summary)
        for one in types()[type_name].children()
        for key, _ in one.spellings()
    }
