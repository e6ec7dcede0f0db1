"""Pages of a FHIR answer: links that go on where a page ended, signed, valid for 15 minutes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.http import urlencode

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.search.across import Cursor
from hoso.engines.records.fhir.search.candidates import AsOf
from hoso.web.fhir.outcomes import ADDRESS

PAGE_LIFE = 15 * 60  # seconds
PAGE = "_page"
SALT = "fhir page"
Pairs = list[tuple[str, str]]


def pairs_of(lists: Iterable[tuple[str, list[Any]]]) -> Pairs:
    """Parameters of an address or a form, one pair for each value."""
    return [(name, str(value)) for name, values in lists for value in values]


def link(request: HttpRequest, pairs: Pairs) -> str:
    """The address asked, with these parameters; of a search by POST that of the same search by GET."""
    path = request.path.removesuffix("/_search").removeprefix(ADDRESS)
    return f"{base_of(request)}{path}" + (f"?{urlencode(pairs)}" if pairs else "")


def signed(cursor: Cursor) -> str:
    """The cursor as it stands in a link."""
    content = [cursor.as_of.moment.isoformat(), cursor.as_of.snapshot, cursor.segment, *cursor.position]
    return signing.dumps(content, salt=SALT, compress=True)


def cursor_in(pairs: Pairs) -> Cursor | None:
    """Where the page begins; None for the first. Raises HosoError HS5008 for a link that is too old or not ours."""
    text = dict(pairs).get(PAGE)
    if text is None:
        return None
    try:
        moment, snapshot, segment, *position = signing.loads(text, salt=SALT, max_age=PAGE_LIFE)
    except signing.BadSignature:
        raise HosoError("HS5008") from None
    return Cursor(AsOf(datetime.fromisoformat(moment), snapshot), segment, tuple(position))


def base_of(request: HttpRequest) -> str:
    """The address of the service."""
    return request.build_absolute_uri(ADDRESS)
