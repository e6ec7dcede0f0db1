"""One package: its account, visits, findings, progress, and the original as it came."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.intake import queries as intake
from hoso.engines.intake.cda.queries import DocumentAccount, document_of_package, reason_of
from hoso.engines.intake.models import FindingRow, PackageRow, VisitRow
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.balance import balance

VISITS, FINDINGS = 100, 200
STATES = ("filed", "unchanged", "corrected", "quarantined", "withdrawn")


@dataclass(frozen=True)
class PackagePage:
    package: PackageRow
    visits: list[VisitRow]
    findings: list[FindingRow]
    cda: DocumentAccount | None  # a CDA document has entries instead of visits


def package(request: ActingRequest, package_id: int) -> HttpResponse:
    """`?state=` shows visits of one state, `?after=` those behind an ordinal, `?visit=` the findings of one visit.

    Raises HosoError HS5001 where there is no such package to see.
    """
    state = request.GET.get("state", "")
    if state and state not in STATES:
        raise HosoError("HS9004", name="state", value=state[:40])
    after, ordinal = _ordinal(request, "after"), _ordinal(request, "visit")

    def query(scope: Scope) -> PackagePage | None:
        found = intake.package(scope, package_id)
        if found is None:
            return None
        visits = intake.visits(scope, package_id, state or None, VISITS, after or 0)
        return PackagePage(
            found,
            list(visits),
            list(intake.findings(scope, package_id, ordinal, FINDINGS)),
            document_of_package(scope, package_id),
        )

    page = ask(request, query, about=f"package {package_id}")
    if page is None:
        raise HosoError("HS5001")
    context = {
        "package": page.package,
        "balance": balance(page.package.account, page.package.visits_total),
        "visits": page.visits,
        "findings": page.findings,
        "findings_cut": len(page.findings) == FINDINGS,
        "cda": page.cda,
        "reported": reported_entries(page.cda) if page.cda else [],
        "state": state,
        "states": [(key, getattr(page.package.account, key)) for key in STATES],
        "ordinal": ordinal,
        "next": page.visits[-1].ordinal if len(page.visits) == VISITS else None,
        "may_withdraw": may(request.actor, "visit.withdraw", "record_keeping"),
        "may_export": may(request.actor, "package.export", "record_keeping"),
        "may_identify": may(request.actor, "person.search", "record_keeping"),
    }
    return render(request, "intake/package.html", context)


def reported_entries(account: DocumentAccount) -> list[dict[str, Any]]:
    """What did not reach the record of a CDA document, as the page shows it."""
    return [
        {
            "section": section.title or section.code, "path": one.path, "name": one.name, "detail": one.detail,
            "why": reason_of(one),
        }
        for section, one in account.reported
    ]  # fmt: skip


def row(request: ActingRequest, package_id: int) -> HttpResponse:
    """A package's row in the list, asked every second until it is done."""
    return _progress(request, package_id, "intake/package_row.html")


def step(request: ActingRequest, package_id: int) -> HttpResponse:
    """How far a package is, asked every second until it is done."""
    return _progress(request, package_id, "intake/package_step.html")


def _progress(request: ActingRequest, package_id: int, template: str) -> HttpResponse:
    about = f"package {package_id}"
    found: PackageRow | None = ask(
        request, lambda scope: intake.package(scope, package_id), about=about, recorded=False
    )
    if found is None:
        raise HosoError("HS5001")
    response = render(request, template, {"package": found})
    if found.state in ("done", "refused"):
        response["HX-Trigger"] = "package-finished"
    return response


def original(request: ActingRequest, package_id: int) -> FileResponse:
    """The bytes as they came. Raises HosoError HS5001."""
    found: tuple[str, bytes] | None = ask(
        request, lambda scope: intake.original_of(scope, package_id), action="export", about=f"package {package_id}"
    )
    if found is None:
        raise HosoError("HS5001")
    file_name, digest = found
    return FileResponse(open_original(digest), as_attachment=True, filename=Path(file_name).name)


def _ordinal(request: ActingRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not text.isdecimal():
        raise HosoError("HS9004", name=name, value=text[:40])
    return int(text)
