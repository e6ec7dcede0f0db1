"""What of a record may leave on a paper: what the asker may see, less what the rules keep out of the person's own record.

A paper goes into the hands of the person and of whomever they show it to, so the column `own_record` of
`definitions/sensitivity/destinations.yaml` holds whatever else the asker may see on screen. What is left out leaves no
trace: no word, no reference to it, no mark that something is missing.
"""

import json
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

import orjson

from hoso.core.access.labels import withheld_mask
from hoso.core.access.policy import Scope
from hoso.engines.records.fhir.everything import record_types
from hoso.engines.records.reading import StoredResource, stored_rows
from hoso.engines.records.resource_types import NUMBERS

DESTINATION = "own_record"
MARK = "https://hoso.vn/fhir/StructureDefinition/content-withheld"
Key = tuple[str, str]
May = Callable[[StoredResource], bool]  # what else the asker is confined to (the scopes of a token)


def everything_seen(_: StoredResource) -> bool:
    return True


def leaving_rows(scope: Scope, person_id: int, types: Collection[str], may: May) -> list[StoredResource]:
    """Current resources of these types that may leave, newest first."""
    found = stored_rows(
        "records_resource", scope, person_id, "r.type = ANY (%s) AND NOT r.deleted AND r.sensitivity & %s = 0",
        [[NUMBERS[name] for name in sorted(types)], withheld_mask(DESTINATION)],
    )  # fmt: skip
    return [one for one in found if may(one)]


def without_traces(one: StoredResource, leaving: Collection[Key]) -> bytes:
    """The resource as served, without references to parts of the record that do not leave and without the mark of what is
    withheld; the stored bytes untouched where there is neither."""
    served = one.served()
    # Digits stay as they were written.
    content = json.loads(served, parse_float=lambda text: orjson.Fragment(text))
    kept = _kept(content, leaving)
    return served if kept == content else orjson.dumps(kept)


def _kept(element: Any, leaving: Collection[Key]) -> Any:
    if isinstance(element, list):
        found = [(one, _kept(one, leaving)) for one in element]
        return [kept for one, kept in found if kept is not None and not (one and kept in ({}, []))]
    if not isinstance(element, dict):
        return element
    if element.get("url") == MARK or _leads_astray(element.get("reference"), leaving):
        return None
    kept = {key: _kept(value, leaving) for key, value in element.items()}
    return {key: value for key, value in kept.items() if value is not None and not (element[key] and value in ({}, []))}


def _leads_astray(reference: Any, leaving: Collection[Key]) -> bool:
    """Whether a reference names a part of a record that is not among those leaving."""
    if not isinstance(reference, str):
        return False
    kind, _, id_ = reference.partition("/_history/")[0].rpartition("/")
    return kind in _of_records() and (kind, id_) not in leaving


@cache
def _of_records() -> frozenset[str]:
    return record_types()
