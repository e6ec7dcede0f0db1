"""One filed visit as a HOSO of another decision: opened, filtered by label, converted, written, and judged as the intake
will judge it. No database: what may leave is asked of the caller.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from django.utils.timezone import localdate

from hoso.engines.intake.envelope import read_visits
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.identity import claimed_identity
from hoso.engines.intake.moments import moment
from hoso.engines.intake.outbound.conversions import steps_between
from hoso.engines.intake.outbound.converting import Tables, convert
from hoso.engines.intake.outbound.losses import Loss
from hoso.engines.intake.outbound.writing import write_package, write_visit
from hoso.engines.intake.preparing import judge
from hoso.engines.intake.sent import Finding, RawVisit, SentVisit
from hoso.engines.intake.tables import open_visit
from hoso.engines.intake.versions import decide_version
from hoso.engines.intake.withholding import line_labels

LINE_KEPT, WOULD_FAIL, CHECK_IN, EARLIER, VISIT_KEPT, MUST_STATE = (
    "HS3357", "HS3358", "HS3359", "HS3360", "HS3361", "HS3362",
)  # fmt: skip
Labels = Mapping[tuple[int, int], int]
MayLeave = Callable[[Labels], set[tuple[int, int]]]


@dataclass(slots=True)
class Exported:
    """A visit as it leaves: `content` is its HOSO element, None where the whole visit was kept back (`losses` say why)."""

    content: bytes | None
    losses: list[Loss] = field(default_factory=list)


def export_visit(raw: RawVisit, source: str, target: str, may_leave: MayLeave, *, incomplete: bool = False) -> Exported:
    """Write a visit filed under `source` as `target`. `may_leave` is told the labels of each (table, line) and answers
    with those that may go. A visit in which the intake would find an error is kept back unless `incomplete`.
    """
    sent = open_visit(raw)
    if 1 not in sent.tables:
        return Exported(None, [Loss(CHECK_IN, source)])
    steps = steps_between(source, target)
    if steps is None:
        return Exported(None, [Loss(EARLIER, source, params={"target": load_decisions()[target].title_vi})])
    tables, losses = _filtered(sent, source, may_leave)
    if 1 not in tables:
        return Exported(None, [Loss(VISIT_KEPT, source)])
    tables, lost = convert(tables, steps)
    losses += lost
    content = write_visit(load_decisions()[target], tables)
    losses += _judged(content, target, sent.facility_code)
    if not incomplete and any(loss.severity == "error" for loss in losses):
        return Exported(None, [Loss(WOULD_FAIL, target), *losses])
    return Exported(content, losses)


def _filtered(sent: SentVisit, source: str, may_leave: MayLeave) -> tuple[Tables, list[Loss]]:
    """The lines that may leave. Where the line of table 1 may not, nothing may."""
    labelled = line_labels(sent, source, _age(sent))
    kept = labelled.keys() - may_leave(labelled) if labelled else set()
    if (1, 1) in kept:
        return {}, []
    tables = {
        number: [values for place, values in enumerate(lines, start=1) if (number, place) not in kept]
        for number, lines in sent.tables.items()
    }
    return tables, [Loss(LINE_KEPT, source, table, line) for table, line in sorted(kept)]


def _age(sent: SentVisit) -> int | None:
    claim = claimed_identity(sent, sent.facility_code)
    born, day = claim.birth.day, claim.as_of.date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None


def _judged(content: bytes, target: str, facility: str) -> list[Loss]:
    """What the intake will find in the written visit with its decision stated; and whether it must be stated."""
    (raw,) = read_visits(BytesIO(write_package(facility, localdate(), [content])))
    sent, _, findings = judge(raw, target)
    losses = [_of(finding, target) for finding in findings]
    left = moment(sent.summary.get("NGAY_RA", ""))
    day = left.date() if left else None
    unstated, _ = decide_version(sent, None, day, day)
    if unstated.key != target:
        params = {"other": unstated.title_vi, "target": load_decisions()[target].title_vi}
        losses.append(Loss(MUST_STATE, target, params=params))
    return losses


def _of(finding: Finding, target: str) -> Loss:
    return Loss(
        finding.code, target, finding.table, finding.line, finding.field, finding.value, finding.severity, finding.rule,
        dict(finding.params),
    )  # fmt: skip
