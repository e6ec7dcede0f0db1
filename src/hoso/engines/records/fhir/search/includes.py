"""`_include` and `_revinclude`: what the resources found refer to, and what refers to them, within the same limits.

What is brought along passes the asker's scope, sight and row security like what was found.
"""

from collections.abc import Iterable, Sequence

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.search.across import Page, Search, references
from hoso.engines.records.fhir.search.candidates import resources_named
from hoso.engines.records.fhir.search.query import Include, Query
from hoso.engines.records.fhir.search.resolved import Key, Referring
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NUMBERS

MOST_INCLUDED = 1_000
MOST_ROUNDS = 5  # of :iterate


def bring_along(search: Search, query: Query, page: Page) -> None:
    """Add to the page what its includes bring; where that is too much, a warning HS5153 says so."""
    known = {(one.type, one.id) for one in page.resources}
    newest: Sequence[StoredResource] = page.resources
    includes = query.includes
    for _ in range(MOST_ROUNDS):
        found = _one_round(search, includes, newest, known, page)
        room = MOST_INCLUDED - len(page.included)
        if len(found) > room:
            _warn(page)
        newest = found[:room]
        page.included += newest
        includes = [one for one in query.includes if one.iterate]
        if not newest or not includes or len(found) > room:
            return
    if _one_round(search, includes, newest, known, page):
        _warn(page)


def _one_round(
    search: Search, includes: Iterable[Include], sources: Sequence[StoredResource], known: set[Key], page: Page
) -> list[StoredResource]:
    found: list[StoredResource] = []
    for include in includes:
        for one in _back(search, include, sources, page) if include.back else _forth(search, include, sources, known):
            if (one.type, one.id) not in known:
                known.add((one.type, one.id))
                found.append(one)
    return found


def _forth(
    search: Search, include: Include, sources: Sequence[StoredResource], known: set[Key]
) -> list[StoredResource]:
    keys = {
        key
        for one in sources
        if one.type == include.parameter.type_name
        for key in references(one, include.parameter)
        if include.target in ("", key[0]) and key[0] in NUMBERS
    }
    found = resources_named(search.scope, sorted(keys - known))
    return [one for one in found if search.sight(one.type)(one)]


def _back(search: Search, include: Include, sources: Sequence[StoredResource], page: Page) -> list[StoredResource]:
    keys = frozenset((one.type, one.id) for one in sources if include.target in ("", one.type))
    if not keys:
        return []
    try:
        condition = Referring((include.parameter,), keys)
        return search.everything(Query(include.parameter.type_name), MOST_INCLUDED, (condition,))
    except HosoError as error:
        if error.code != "HS5152":
            raise
        _warn(page)
        return []


def _warn(page: Page) -> None:
    if not page.warnings:
        page.warnings.append(HosoError("HS5153", most=MOST_INCLUDED))
