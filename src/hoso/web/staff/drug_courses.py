"""The drugs of a visit with equal orders drawn together: fifteen daily lines of a stay are three drugs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from hoso.engines.records.models import MedicationLine


@dataclass(frozen=True)
class DrugCourse:
    """One drug in one strength, dose and route; `quantity` is the sum of its orders, None where one has none."""

    line: MedicationLine
    quantity: Decimal | None
    orders: int
    first: datetime | None
    last: date | None
    prescribers: str


def drug_courses(lines: Sequence[MedicationLine]) -> list[DrugCourse]:
    """Courses in the order in which each was first ordered in the list."""
    groups: dict[tuple[str, ...], list[MedicationLine]] = {}
    for line in lines:
        key = (line.name, line.code, line.strength, line.dose, line.route, line.unit)
        groups.setdefault(key, []).append(line)
    return [_course(group) for group in groups.values()]


def _course(lines: Sequence[MedicationLine]) -> DrugCourse:
    quantities = [line.quantity for line in lines if line.quantity is not None]
    moments = sorted(line.ordered for line in lines if line.ordered)
    days = sorted({timezone.localtime(moment).date() for moment in moments})
    return DrugCourse(
        line=lines[0],
        quantity=sum(quantities, Decimal(0)) if len(quantities) == len(lines) else None,
        orders=len(lines),
        first=moments[0] if moments else None,
        last=days[-1] if len(days) > 1 else None,
        prescribers=", ".join(dict.fromkeys(line.prescriber for line in lines if line.prescriber)),
    )
