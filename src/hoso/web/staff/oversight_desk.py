"""The case desk: whose risk builds up, the cases, and one case with its frozen evidence and all that was done about it.

A case shows accounts, times and numbers of persons; there is no way from here to a record.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.incidents.clocks import Duty, duties
from hoso.core.incidents.queries import incident
from hoso.engines.oversight import case_story, cases
from hoso.engines.oversight.case_story import Step, Waiting
from hoso.engines.oversight.cases import CaseLine, Evidence, Risk
from hoso.engines.oversight.handling import OUTCOMES, SHORTEST_WORDS
from hoso.engines.oversight.sensing import Sensor, sensors
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest

STATES = {
    "open": ("chưa xử lý", "open", "warn"),
    "asked": ("chờ trả lời", "answer awaited", "warn"),
    "proposed": ("chờ người thứ hai", "waits for a second person", "warn"),
    "closed": ("đã đóng", "closed", ""),
}
STEPS = {
    "opened": ("Mở vụ việc, bằng chứng được giữ nguyên", "Case opened, evidence frozen"),
    "asked": ("Hỏi", "Asked"),
    "answered": ("Trả lời", "Answered"),
    "proposed_close": ("Đề xuất đóng", "Proposed to close"),
    "proposed_suspend": ("Đề xuất khoá tài khoản", "Proposed to suspend the account"),
    "proposed_restore": ("Đề xuất mở lại tài khoản", "Proposed to open the account again"),
    "agreed_close": ("Đồng ý, vụ việc đóng", "Agreed, case closed"),
    "agreed_suspend": ("Đồng ý, tài khoản bị khoá", "Agreed, account suspended"),
    "agreed_restore": ("Đồng ý, tài khoản mở lại", "Agreed, account opened again"),
    "returned_close": ("Không đồng ý đóng", "Did not agree to close"),
    "returned_suspend": ("Không đồng ý khoá", "Did not agree to suspend"),
    "returned_restore": ("Không đồng ý mở lại", "Did not agree to open it again"),
    "handed_over": ("Chuyển thành sự cố số", "Handed over as incident"),
    "told": ("Báo cho người có hồ sơ bị xem, số người", "Told those whose record it was, persons"),
}


@dataclass(frozen=True)
class Desk:
    """What waits, and what builds up below it."""

    cases: list[CaseLine]
    risks: list[Risk]

    def __len__(self) -> int:
        return len(self.cases)


@dataclass(frozen=True)
class CaseFile:
    """All of one case."""

    line: CaseLine
    evidence: list[Evidence]
    frozen: str
    story: list[Step]
    waiting: list[Waiting]
    incident: int | None


def desk(request: ActingRequest) -> HttpResponse:
    """Open cases and whose risk builds up; with `?closed=1` the closed ones."""
    closed = request.GET.get("closed") == "1"

    def query(scope: Scope) -> Desk:
        return Desk(cases.cases(scope, closed), [] if closed else cases.risks(scope)[:50])

    found = ask(request, query, action="search", about="oversight cases")
    context = {
        "lines": [(one, STATES[one.state], OUTCOMES.get(one.outcome), _titles(one.sensors)) for one in found.cases],
        "risks": [(one, _titles(one.sensors)) for one in found.risks],
        "closed": closed,
    }
    return render(request, "oversight/desk.html", context)


def case(request: ActingRequest, case_id: int) -> HttpResponse:
    """One case. Raises HosoError HS8021."""

    def query(scope: Scope) -> CaseFile:
        return CaseFile(
            cases.case_line(scope, case_id), cases.evidence(scope, case_id), cases.evidence_hash(scope, case_id),
            case_story.story(scope, case_id), case_story.waiting(scope, case_id), case_story.incident_of(scope, case_id),
        )  # fmt: skip

    found: CaseFile = ask(request, query, about=f"case/{case_id}")
    now = timezone.now()
    context = {
        "file": found, "line": found.line, "state": STATES[found.line.state], "outcome": OUTCOMES.get(found.line.outcome),
        "sensors": _titles(found.line.sensors), "evidence": found.evidence, "persons": found.line.persons,
        "story": [(one, STEPS[one.kind], OUTCOMES.get(one.outcome)) for one in found.story],
        "waiting": [(one, STEPS[f"proposed_{one.kind}"], OUTCOMES.get(one.outcome)) for one in found.waiting],
        "waiting_kinds": {one.kind for one in found.waiting},
        "suspended": _is_suspended(found.story),
        "clocks": [(one, one.state(now)) for one in _clocks(found.incident)],
        "outcomes": OUTCOMES, "shortest": SHORTEST_WORDS, "now": timezone.localtime(now),
    }  # fmt: skip
    return render(request, "oversight/case.html", context)


def _is_suspended(story: Sequence[Step]) -> bool:
    """By the last word of this case."""
    words = [one.kind for one in story if one.kind in ("agreed_suspend", "agreed_restore")]
    return bool(words) and words[-1] == "agreed_suspend"


def _clocks(number: int | None) -> list[Duty]:
    if number is None:
        return []
    file = incident(number)
    return duties(file.kinds, file.found_at, file.done)


def _titles(keys: tuple[str, ...]) -> list[Sensor]:
    return [one for one in sensors() if one.key in keys]
