"""The mapping desk: local codes that wait, one code with what it may mean, what is to be decided, and what it has brought."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.places.facility_checks import read_day
from hoso.core.terminology import queries as terminology
from hoso.engines.intake.local_codes import yields as local_yields
from hoso.engines.intake.local_codes.deciding import EQUIVALENCES, Meaning, decide_mapping, propose_mapping
from hoso.engines.intake.local_codes.in_force import catalogue_at
from hoso.engines.intake.local_codes.kinds import kinds
from hoso.engines.intake.local_codes.proposals import Proposal, judge, proposals
from hoso.engines.intake.local_codes.queries import (
    PAGE,
    STATES,
    CodeRow,
    MappingRow,
    code,
    history,
    mappings,
    queue,
)
from hoso.engines.intake.local_codes.yields import Yield
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken
from hoso.web.whole_numbers import whole

FOUND_BY_NAME = 12
MOST_PAGES = 10**12


@dataclass(frozen=True)
class OneCode:
    """A code with the versions of what it means, the newest first."""

    row: CodeRow
    versions: list[MappingRow]

    @property
    def waiting(self) -> MappingRow | None:
        return next((one for one in self.versions if not one.decision), None)


def local_codes(request: ActingRequest) -> HttpResponse:
    """`?kind=`, `?state=` open, proposed or mapped, `?facility=` a number, `?page=`. Raises HosoError HS9004."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "open")
    if kind and kind not in kinds():
        raise HosoError("HS9004", name="kind", value=kind[:40])
    if state not in STATES:
        raise HosoError("HS9004", name="state", value=state[:40])
    facility = whole(request.GET, "facility", default=0)
    page = max(whole(request.GET, "page", default=1, most=MOST_PAGES), 1)
    total, rows = ask(request, lambda scope: queue(scope, kind, state, facility, page), about="local codes")
    context = {
        "rows": rows, "total": total, "kinds": kinds().values(), "kind": kind, "state": state, "states": STATES, "facility": facility,
        "page": page, "pages": max(1, -(-total // PAGE)), "without": _without_catalogue(), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "local_codes/queue.html", context)


def local_code(request: ActingRequest, code_id: int) -> HttpResponse:
    """One code beside what it may mean; `?q=` looks for others by name or code. Raises HosoError HS5001."""

    def query(scope: Scope) -> OneCode | None:
        row = code(scope, code_id)
        return OneCode(row, history(scope, code_id)) if row else None

    found: OneCode | None = ask(request, query, about=f"local code {code_id}")
    if found is None:
        raise HosoError("HS5001")
    row, text = found.row, request.GET.get("q", "").strip()
    offered = _by_name(row, text) if text else proposals(row.local, row.last_seen)
    context = {
        "row": row, "versions": found.versions, "waiting": found.waiting, "offered": offered, "text": text,
        "first_day": row.first_seen, "equivalences": EQUIVALENCES, "today": timezone.localdate(),
        "may_propose": may(request.actor, "mapping.propose", "record_keeping"),
        "may_decide": may(request.actor, "mapping.approve", "record_keeping"), "me": request.actor.account_id,
        "catalogue": catalogue_at(row.kind, row.last_seen),
    }  # fmt: skip
    return render(request, "local_codes/code.html", context)


def propose(request: ActingRequest, code_id: int) -> HttpResponse:
    """POST target (empty: mapped no more), first day, last day, equivalence, note. Raises HosoError HS5001, HS6141 to HS6148, HS9004."""
    said = request.POST
    meaning = Meaning(
        said.get("target", "").strip()[:100], _day(request, "first") or timezone.localdate(), _day(request, "after"),
        said.get("equivalence", "equivalent"), said.get("note", ""),
    )  # fmt: skip
    propose_mapping(request.actor, code_id, meaning)
    messages.success(
        request, spoken(("Đã ghi đề xuất; chờ người khác duyệt.", "Recorded; somebody else has to approve."))
    )
    return redirect("local_code", code_id)


def approvals(request: ActingRequest) -> HttpResponse:
    """What waits for a decision, and what was decided."""
    found: list[MappingRow] = ask(request, mappings, about="mappings")
    context = {
        "waiting": [one for one in found if not one.decision], "decided": [one for one in found if one.decision],
        "may_decide": may(request.actor, "mapping.approve", "record_keeping"), "me": request.actor.account_id,
    }  # fmt: skip
    return render(request, "local_codes/approvals.html", context)


def decide(request: ActingRequest, mapping_id: int) -> HttpResponse:
    """POST decision = approve or refuse, with a reason. Raises HosoError HS6143, HS6144, HS6145, HS9004."""
    decision = request.POST.get("decision", "")
    if decision not in ("approve", "refuse"):
        raise HosoError("HS9004", name="decision", value=decision[:40])
    decide_mapping(request.actor, mapping_id, approve=decision == "approve", reason=request.POST.get("reason", ""))
    told = ("Đã ghi quyết định.", "The decision is recorded.")
    if decision == "approve":
        told = (
            "Đã duyệt; các hồ sơ có mã này đang được lưu lại với mã danh mục.",
            "Approved; the visits that carry the code are being filed again with the catalogue's code.",
        )
    messages.success(request, spoken(told))
    return redirect("mapping_approvals")


def coverage(request: ActingRequest) -> HttpResponse:
    """What the desk has brought, each hospital; `?facility=` the months of one."""
    facility = whole(request.GET, "facility", default=0)

    def query(scope: Scope) -> tuple[list[Yield], list[Yield]]:
        return local_yields.yields(scope), local_yields.trend(scope, facility) if facility else []

    rows, months = ask(request, query, about="mapping yield")
    context = {"rows": rows, "months": months, "facility": facility, "without": _without_catalogue()}
    return render(request, "local_codes/yield.html", context)


def _by_name(row: CodeRow, text: str) -> list[Proposal]:
    if catalogue_at(row.kind, row.last_seen) is None:
        return []
    found = terminology.search(row.kind.catalogue, text, row.last_seen, limit=FOUND_BY_NAME)
    return [judge(row.local, one) for one in found]


def _without_catalogue() -> list[tuple[str, str]]:
    """The kinds of which nothing can queue up, since no catalogue with codes is loaded."""
    today = timezone.localdate()
    return [(one.title_vi, one.title_en) for one in kinds().values() if catalogue_at(one, today) is None]


def _day(request: ActingRequest, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    day = read_day(text) if text else None
    if text and day is None:
        raise HosoError("HS9004", name=name, value=text[:40])
    return day
