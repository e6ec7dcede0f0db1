"""What a decision moves, before it does: each unit that ends, who takes over, what lies in it and what is kept of it."""

from dataclasses import dataclass, field
from typing import Any

from hoso.core.files.row_reports import Refusal
from hoso.core.places.decisions.decision import Decision
from hoso.core.places.decisions.plan import Plan, make_plan
from hoso.core.places.decisions.queries import Use, uses
from hoso.core.places.models import Place


@dataclass(frozen=True, slots=True)
class Heir:
    """`is_default`: nobody said how much of the old unit it is, so the parts count as equal."""

    code: str
    address: str
    relation: str
    share: float
    is_default: bool
    share_source: str


@dataclass
class Line:
    """One unit that ends; `facilities`: code, name, and where it lies from then on ('' where nobody said)."""

    place_id: int
    code: str
    address: str
    heirs: list[Heir] = field(default_factory=list)
    facilities: list[tuple[str, str, str]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)


@dataclass
class Preview:
    """`opened`: units that come from no other. `refusals`: why it cannot be applied as the units are now."""

    lines: list[Line]
    opened: list[str]
    refusals: list[Refusal]

    def totals(self) -> dict[tuple[str, str], int]:
        """How much of each subject moves, under its two titles."""
        found: dict[tuple[str, str], int] = {}
        for use in (use for line in self.lines for use in line.uses):
            found[use.title_vi, use.title_en] = found.get((use.title_vi, use.title_en), 0) + use.number
        return found

    @property
    def facilities(self) -> int:
        return sum(len(line.facilities) for line in self.lines)

    @property
    def unplaced(self) -> int:
        """Facilities of which nobody said in which part they lie."""
        return sum(not to for line in self.lines for _, _, to in line.facilities)

    def as_dict(self) -> dict[str, Any]:
        return {
            "ended": [
                {
                    "code": line.code, "address": line.address,
                    "heirs": [{"code": heir.code, "address": heir.address, "relation": heir.relation, "share": heir.share,
                               "share_is_default": heir.is_default} for heir in line.heirs],
                    "facilities": [{"code": code, "to": to} for code, _, to in line.facilities],
                    "uses": [{"subject": use.subject, "detail": use.detail, "number": use.number} for use in line.uses],
                }
                for line in self.lines
            ],
            "opened": self.opened,
            "refused": [{"row": one.row, "field": one.field, **one.error.as_dict()} for one in self.refusals],
        }  # fmt: skip


def preview_of(decision: Decision) -> Preview:
    """As the units, facilities, persons and reports are at this moment."""
    plan = make_plan(decision.header, list(decision.changes))
    lines = {place.pk: Line(place.pk, place.code, place.address, _heirs(plan, place)) for place in plan.ended}
    for move in plan.moves:
        facility = move.link.facility
        lines[move.of.pk].facilities.append((facility.code, facility.name, move.to.address if move.to else ""))
    for use in uses([place.pk for place in plan.ended if place.level == Place.Level.COMMUNE], of_forerunners=True):
        lines[use.place_id].uses.append(use)
    for use in uses([place.pk for place in plan.ended if place.level == Place.Level.PROVINCE]):
        lines[use.place_id].uses.append(use)
    opened = [unit.address for unit in plan.begun if not unit.sources]
    ordered = sorted(lines.values(), key=lambda line: (len(line.code), line.code))
    return Preview(ordered, opened, plan.refusals)


def _heirs(plan: Plan, place: Place) -> list[Heir]:
    steps = [step for step in plan.steps if step.old.pk == place.pk]
    return [
        Heir(
            step.new.code, step.new.address, step.relation, step.share if step.share is not None else 1 / len(steps),
            step.share is None and len(steps) > 1, step.share_source,
        )
        for step in steps
    ]  # fmt: skip
