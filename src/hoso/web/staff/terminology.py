"""Searching the code systems: diagnoses and technical services; no personal data."""

from dataclasses import astuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.core.terminology import queries
from hoso.core.terminology.barcodes import looks_scanned, scanned
from hoso.core.terminology.catalogues import catalogues
from hoso.core.terminology.comparing import Comparison, VersionLine, compare, version_list
from hoso.core.terminology.corrections import PROPOSE
from hoso.core.terminology.gtin import NotAGtin
from hoso.core.terminology.listing import System, systems
from hoso.core.terminology.packages import PERMISSION, PURPOSE, product_of
from hoso.core.terminology.systems import ICD10_VN, SERVICES
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.places import day_of

ALWAYS = {system.name: System(*astuple(system)) for system in (ICD10_VN, SERVICES)}
LIMIT = 50
CHANGES = 200  # of a comparison on one page


def terminology(request: ActingRequest) -> HttpResponse:
    """`?q=` words without accents or the beginning of a code, `system=` where, `on=` a day. Raises HosoError HS9004."""
    offered = offered_systems()
    name, text, day = system_of(request, offered), request.GET.get("q", "").strip(), day_of(request)
    found = queries.search(name, text, day, limit=LIMIT) if text else []
    context = {
        "systems": offered.values(),
        "system": offered[name],
        "text": text,
        **_scan(text),
        "may_decide": may(request.actor, PERMISSION, PURPOSE),
        "day": day,
        "concepts": found,
        "outdated": bool(found) and not any(concept.in_force for concept in found),
        "cut": len(found) == LIMIT,
        "may_correct": may(request.actor, PROPOSE, PURPOSE),
    }
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "terminology/rows.html" if fragment else "terminology/search.html", context)


def versions(request: ActingRequest) -> HttpResponse:
    """`?system=` its versions; with `before=` and `after=` what the later says otherwise. Raises HS6024, HS9004."""
    offered = offered_systems()
    name = system_of(request, offered)
    lines = version_list(name)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = request.GET.get("page", "1")
    if not page.isdecimal() or not 0 < int(page) < 100_000:
        raise HosoError("HS9004", name="page", value=page[:40])
    found = compare(name, before, after, CHANGES, (int(page) - 1) * CHANGES) if before and after else None
    context = {
        "systems": offered.values(), "system": offered[name], "lines": lines, "found": found, "before": before,
        "after": after, "page": int(page), "pages": _pages(found), "pair": _pair(lines),
    }  # fmt: skip
    return render(request, "terminology/versions.html", context)


def offered_systems() -> dict[str, System]:
    """Diagnoses and services, and every catalogue that has a version."""
    return ALWAYS | {one.name: one for one in systems() if one.name in catalogues() and one.name not in ALWAYS}


def _scan(text: str) -> dict[str, object]:
    """What a scanned barcode tells, where it is one."""
    if not looks_scanned(text):
        return {}
    today = timezone.localdate()
    try:
        read = scanned(text)
    except NotAGtin as error:
        return {"scan_problem": HosoError(error.error, value=text[:40])}
    return {"scan": read, "packed": product_of(read.gtin, today), "today": today}


def system_of(request: ActingRequest, offered: dict[str, System]) -> str:
    """The system that is asked about. Raises HosoError HS9004 for one that has no pages."""
    name = request.GET.get("system", ICD10_VN.name)
    if name not in offered:
        raise HosoError("HS9004", name="system", value=name[:40])
    return name


def _pages(found: Comparison | None) -> int:
    return max(1, -(-found.total // CHANGES)) if found else 1


def _pair(lines: list[VersionLine]) -> tuple[str, str]:
    """The two newest versions, the earlier first: what most people want compared."""
    return (lines[min(1, len(lines) - 1)].version, lines[0].version)
