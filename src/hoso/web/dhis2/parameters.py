"""Names of parameters: one that an address does not know is refused, for a misspelt filter gives another answer."""

from collections.abc import Iterable

from hoso.core.errors import HosoError
from hoso.web.routes import ActingRequest

EVERYWHERE = frozenset({"format", "locale", "translate"})
PAGES = frozenset({"paging", "page", "pageSize", "totalPages", "skipPaging"})


def only(request: ActingRequest, *names: str | Iterable[str]) -> None:
    """Raises HosoError HS7033 for a parameter that is none of these."""
    known = set(EVERYWHERE)
    for name in names:
        known.update([name] if isinstance(name, str) else name)
    for name in request.GET:
        if name not in known:
            raise HosoError("HS7033", name=name[:60])
