"""Where in the XML a finding is: the record as it was sent, line by line, with the place marked."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.engines.intake.sent_xml import SentTable, sent_table
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest


def sent_xml(request: ActingRequest, package_id: int, ordinal: int) -> HttpResponse:
    """`?table=3&line=2&field=T_BHTT`. Raises HosoError HS5001 where there is no such visit to see, HS9004."""
    table, line = _number(request, "table", 15), _number(request, "line", 1_000_000)
    field = request.GET.get("field", "")[:60]
    found: SentTable | None = ask(
        request, lambda scope: sent_table(scope, package_id, ordinal, table, line, field),
        about=f"package {package_id} visit {ordinal} as sent",
    )  # fmt: skip
    if found is None:
        raise HosoError("HS5001")
    return render(request, "intake/sent_xml.html", {"sent": found, "package_id": package_id, "ordinal": ordinal})


def _number(request: ActingRequest, name: str, most: int) -> int:
    text = request.GET.get(name, "0")
    if not text.isascii() or not text.isdecimal() or len(text) > 7 or int(text) > most:
        raise HosoError("HS9004", name=name, value=text[:40])
    return int(text)
