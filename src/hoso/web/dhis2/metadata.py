"""POST metadata: definitions taken in as one bundle, all of it or nothing."""

import orjson
from django.http import HttpResponse

from hoso.core.errors import HosoError
from hoso.engines.statistics.metadata import KINDS, import_metadata
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest


def take(request: ActingRequest) -> HttpResponse:
    """Options, categories, combinations, elements and sets; other collections are named as not taken."""
    needs_credential(request)
    try:
        bundle = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
    if not isinstance(bundle, dict):
        raise HosoError("HS7002", format="JSON", reason="no object")
    try:
        taken = import_metadata(request.actor, bundle)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise HosoError("HS7004", reason=f"{type(error).__name__} {error}"[:200]) from error
    left = sorted(name for name, value in bundle.items() if isinstance(value, list) and name not in KINDS)
    reports = [{"klass": name, "stats": {"total": count}} for name, count in taken.items() if count]
    return web_message(
        200, "", {"responseType": "ImportReport", "status": "OK", "typeReports": reports, "notTaken": left}
    )
