"""The catalogue's coding beside the local one, in everything that is filed of a visit.

A coding is written by our own mapping as one exact sequence of bytes; inside a text its quotation marks would be escaped. So the
place of every coding of a code is found in the bytes, whatever kind of resource it stands in.
"""

from dataclasses import replace
from functools import cache

import orjson

from hoso.engines.intake.local_codes.kinds import Kind
from hoso.engines.records.drafts import Draft
from hoso.engines.records.fhir.definitions import search_parameters
from hoso.engines.records.fhir.search.index_rows import IndexRow, has_rows, row_hash


def with_coding(draft: Draft, kind: Kind, code: str, version: str, target: str, labels: int) -> Draft:
    """The draft with `target` of the catalogue's `version` after each coding of the local `code`.

    Unchanged where it has none, or does not carry the labels of what the target means.
    """
    local = orjson.dumps({"system": kind.url, "code": code})
    if local not in draft.body or draft.sensitivity & labels != labels:
        return draft
    added = orjson.dumps({"system": kind.catalogue_url, "version": version, "code": target})
    body = draft.body.replace(local, local + b"," + added)
    return replace(draft, body=body, tokens=_with_rows(draft, code, target))


def _with_rows(draft: Draft, code: str, target: str) -> tuple[IndexRow, ...]:
    """Found by the catalogue's code wherever it is found by the local one."""
    rows = dict(draft.tokens)
    for parameter in _code_parameters(draft.type):
        local = row_hash(draft.type, parameter, "code", code.casefold())
        if local in rows:
            rows.setdefault(row_hash(draft.type, parameter, "code", target.casefold()), rows[local])
    return tuple(rows.items())


@cache
def _code_parameters(type_name: str) -> tuple[str, ...]:
    parameters = search_parameters(type_name).items()
    return tuple(code for code, one in parameters if one.kind == "token" and has_rows(type_name, code))
