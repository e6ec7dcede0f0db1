"""Searching the code systems: diagnoses and technical services; no personal data."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.terminology import queries
from hoso.core.terminology.systems import ICD10_VN, SERVICES
from hoso.web.routes import ActingRequest
from hoso.web.staff.places import day_of

SYSTEMS = {system.name: system for system in (ICD10_VN, SERVICES)}
LIMIT = 50


def terminology(request: ActingRequest) -> HttpResponse:
    """`?q=` words without accents or the beginning of a code, `system=` where, `on=` a day. Raises HosoError HS9004."""
    name, text, day = request.GET.get("system", ICD10_VN.name), request.GET.get("q", "").strip(), day_of(request)
    if name not in SYSTEMS:
        raise HosoError("HS9004", name="system", value=name[:40])
    found = queries.search(name, text, day, limit=LIMIT) if text else []
    context = {
        "systems": SYSTEMS.values(),
        "system": SYSTEMS[name],
        "text": text,
        "day": day,
        "concepts": found,
        "outdated": bool(found) and not any(concept.in_force for concept in found),
        "cut": len(found) == LIMIT,
    }
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "terminology/rows.html" if fragment else "terminology/search.html", context)
