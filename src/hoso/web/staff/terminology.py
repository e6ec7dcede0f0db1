"""Searching the code systems: diagnoses and technical services; no personal data."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.terminology import queries
from hoso.core.terminology.comparing import Comparison, VersionLine, compare, version_list
from hoso.core.terminology.systems import ICD10_VN, SERVICES
from hoso.web.routes import ActingRequest
from hoso.web.staff.places import day_of

SYSTEMS = {system.name: system for system in (ICD10_VN, SERVICES)}
LIMIT = 50
CHANGES = 200  # of a comparison on one page


def terminology(request: ActingRequest) -> HttpResponse:
    """`?q=` words without accents or the beginning of a code, `system=` where, `on=` a day. Raises HosoError HS9004."""
    name, text, day = _system(request), request.GET.get("q", "").strip(), day_of(request)
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


def versions(request: ActingRequest) -> HttpResponse:
    """`?system=` its versions; with `before=` and `after=` what the later says otherwise. Raises HS6024, HS9004."""
    name = _system(request)
    lines = version_list(name)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = request.GET.get("page", "1")
    if not page.isdecimal() or not 0 < int(page) < 100_000:
        raise HosoError("HS9004", name="page", value=page[:40])
    found = compare(name, before, after, CHANGES, (int(page) - 1) * CHANGES) if before and after else None
    context = {
        "systems": SYSTEMS.values(), "system": SYSTEMS[name], "lines": lines, "found": found, "before": before,
        "after": after, "page": int(page), "pages": _pages(found), "pair": _pair(lines),
    }  # fmt: skip
    return render(request, "terminology/versions.html", context)


def _system(request: ActingRequest) -> str:
    name = request.GET.get("system", ICD10_VN.name)
    if name not in SYSTEMS:
        raise HosoError("HS9004", name="system", value=name[:40])
    return name


def _pages(found: Comparison | None) -> int:
    return max(1, -(-found.total // CHANGES)) if found else 1


def _pair(lines: list[VersionLine]) -> tuple[str, str]:
    """The two newest versions, the earlier first: what most people want compared."""
    return (lines[min(1, len(lines) - 1)].version, lines[0].version)
