"""What the record shows of a person: timeline, visit, results. Values are ready for a page, without FHIR's shape."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Coded:
    code: str
    text: str


@dataclass(frozen=True)
class TimelineVisit:
    """One visit on the timeline, newest first."""

    encounter: str
    started: datetime
    ended: datetime | None
    kind: str  # AMB, IMP, EMER, … (v3 ActCode)
    kind_text: str
    facility_name: str
    department: str
    diagnoses: tuple[Coded, ...]  # main diagnosis first
    outcome: str
    total_cost: Decimal | None
    withheld: bool  # something of this visit is kept back by rule
    version: int


@dataclass(frozen=True)
class Timeline:
    visits: tuple[TimelineVisit, ...]
    more: bool
    first_year: int | None
    last_year: int | None
    allergies: tuple[str, ...]  # empty: none recorded


@dataclass(frozen=True)
class MedicationLine:
    name: str
    code: str
    strength: str
    dose: str
    route: str
    quantity: Decimal | None
    unit: str
    ordered: datetime | None
    prescriber: str


@dataclass(frozen=True)
class ServiceLine:
    name: str
    code: str
    group: str
    kind: str  # Procedure, ServiceRequest or ChargeItem
    quantity: Decimal | None
    unit: str
    ordered: datetime | None
    finished: datetime | None
    performer: str


@dataclass(frozen=True)
class ResultPoint:
    taken: datetime
    value: Decimal | None
    text: str
    encounter: str


@dataclass(frozen=True)
class ResultLine:
    name: str
    code: str  # key of the trend
    value: str
    number: Decimal | None
    unit: str
    low: Decimal | None
    high: Decimal | None
    taken: datetime | None
    description: str
    conclusion: str
    service_code: str


@dataclass(frozen=True)
class CourseNote:
    written: datetime | None
    text: str
    stage: str
    consultation: str
    surgery: str
    author: str


@dataclass(frozen=True)
class Paper:
    """A discharge paper, summary, transfer or return appointment: titled sections of text."""

    id: str
    kind: str
    title: str
    date: datetime | None
    sections: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CostLine:
    name: str
    group: str
    quantity: Decimal | None
    unit_price: Decimal | None
    total: Decimal
    insurer: Decimal
    copay: Decimal
    self_paid: Decimal
    other: Decimal


@dataclass(frozen=True)
class Costs:
    total: Decimal
    insurer: Decimal
    copay: Decimal
    self_paid: Decimal
    other: Decimal
    lines: tuple[CostLine, ...]


@dataclass(frozen=True)
class Visit:
    """Everything filed of one visit."""

    summary: TimelineVisit
    reason: str
    admission_diagnosis: str
    discharge_diagnosis: str
    insurance_card: str
    medications: tuple[MedicationLine, ...]
    services: tuple[ServiceLine, ...]
    results: tuple[ResultLine, ...]
    course: tuple[CourseNote, ...]
    papers: tuple[Paper, ...]
    costs: Costs | None
    source: str  # decision and date of the package
    versions: tuple[datetime, ...] = field(default=())
