"""Whether a signed file is as it was signed, and by whom: the file is looked at and not kept."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.engines.documents.signing.authority import signing_authority
from hoso.engines.documents.signing.checking import check_signature
from hoso.engines.documents.signing.verdict import Verdict
from hoso.web.routes import ActingRequest

LARGEST = 20 * 1024 * 1024


def signatures(request: ActingRequest) -> HttpResponse:
    """The form, and above it what was found, or why the file cannot be checked (HS5230, HS5231, HS5233)."""
    verdict: Verdict | None = None
    problem: HosoError | None = None
    given = request.FILES.get("file")
    if request.method == "POST":
        try:
            verdict = _checked(given)
        except HosoError as error:
            problem = error
    authority = signing_authority()
    context = {
        "verdict": verdict,
        "problem": problem,
        "name": (given.name or "")[:100] if given else "",
        "caution": authority.caution if authority else None,
    }
    return render(request, "papers/signatures.html", context, status=problem.status if problem else 200)


def _checked(given: Any) -> Verdict:
    if given is None or not given.size or given.size > LARGEST:
        raise HosoError("HS5233", most=f"{LARGEST // 1024 // 1024} MB")
    return check_signature(given.read())
