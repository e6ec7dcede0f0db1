"""Whether a signed file is as it was signed, and by whom: the file is looked at and not kept."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import signing_authority
from hoso.engines.documents.signing.checking import check_signature
from hoso.engines.documents.signing.verdict import Verdict
from hoso.web.routes import ActingRequest

LARGEST = 20 * 1024 * 1024


def signatures(request: ActingRequest) -> HttpResponse:
    """The form, and after it what was found. Raises HosoError HS5230, HS5231, HS5233."""
    verdict: Verdict | None = None
    name = ""
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None or not given.size or given.size > LARGEST:
            raise HosoError("HS5233", most=f"{LARGEST // 1024 // 1024} MB")
        name = (given.name or "")[:100]
        verdict = check_signature(given.read())
    authority = signing_authority()
    context = {"verdict": verdict, "name": name, "caution": authority.caution if authority else None}
    return render(request, "papers/signatures.html", context)
