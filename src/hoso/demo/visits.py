"""A visit with all its content, made from its plan: times, orders, results, notes, costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from hoso.demo import money
from hoso.demo.catalogue import Drug, Service
from hoso.demo.courses import VisitPlan
from hoso.demo.facilities import Facility
from hoso.demo.orders import DrugOrder, Note, ServiceOrder, drug_orders, notes, service_orders
from hoso.demo.padding import pad
from hoso.demo.people import Person
from hoso.demo.results import Result, results_of
from hoso.demo.versions import version_of


@dataclass(frozen=True, slots=True)
class DrugLine:
    """A line of table 2."""

    order: DrugOrder
    split: money.Split
    insured_rate: int

    @property
    def drug(self) -> Drug:
        return self.order.drug


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A line of table 3."""

    order: ServiceOrder
    split: money.Split
    price: Decimal
    insured_price: Decimal
    insured_rate: int

    @property
    def service(self) -> Service:
        return self.order.service


@dataclass(slots=True)
class Visit:
    """Everything the tables of one HOSO are written from."""

    plan: VisitPlan
    version: str
    ma_lk: str
    arrived: datetime
    admitted: datetime | None
    left: datetime
    care_type: str
    category: str
    department: str
    result: int
    discharge: int
    drugs: list[DrugLine] = field(default_factory=list)
    services: list[ServiceLine] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    totals: money.Totals = money.NOTHING
    revisit_days: int = 0
    sick_leave: bool = False

    @property
    def person(self) -> Person:
        return self.plan.person

    @property
    def facility(self) -> Facility:
        return self.plan.facility

    @property
    def inpatient(self) -> bool:
        return self.admitted is not None

    @property
    def benefit(self) -> int:
        """Benefit level of the card in percent; 0 without a card."""
        return self.person.benefit_on(self.left.date())

    @property
    def doctor(self) -> str:
        return self.facility.licence(1 + self.person.number % 20)

    @property
    def treatment_days(self) -> int:
        """SO_NGAY_DTRI by the rule of the version."""
        calendar = (self.left.date() - self.arrived.date()).days + 1
        if self.care_type == "05":
            return max((line.order.days for line in self.drugs), default=1)
        if self.care_type == "08":
            return 1
        if self.version in ("130", "4750") and self.care_type in ("01", "07", "09"):
            return 0
        return calendar


def make_visit(plan: VisitPlan, seed: int, lines_wanted: int | None = None) -> Visit:
    """The same plan and seed give the same visit."""
    rng = Random(f"{seed}/{plan.ma_lk}")
    arrived = _arriving(rng, plan)
    admitted = arrived + timedelta(minutes=rng.randint(30, 120)) if plan.stay else None
    left = _leaving(rng, plan, arrived)
    result, discharge = _outcome(rng, plan)
    version = version_of(left.date())
    services = service_orders(rng, plan, arrived, admitted)
    visit = Visit(
        plan,
        version,
        plan.ma_lk,
        arrived,
        admitted,
        left,
        care_type=_care_type(plan, services),
        category=_category(rng, plan),
        department=_department(plan),
        result=result,
        discharge=discharge,
    )
    drugs = drug_orders(rng, plan, arrived, left)
    visit.results = [line for order in services for line in results_of(rng, plan, order.service, order.reported)]
    visit.notes = notes(rng, plan, version, arrived, left)
    if lines_wanted is not None:
        pad(rng, plan, arrived, lines_wanted, drugs, services, visit.results, len(visit.notes))
    visit.revisit_days = _revisit(rng, plan, drugs)
    visit.sick_leave = (
        bool(plan.person.employer) and plan.illness.kind == "acute" and not plan.outcome and rng.random() < 0.3
    )
    _price(visit, drugs, services)
    return visit


def _arriving(rng: Random, plan: VisitPlan) -> datetime:
    """In the working day; a referred patient comes in the afternoon, after leaving the first hospital."""
    if plan.referred_from is not None:
        return datetime.combine(plan.day, time(13, 30)) + timedelta(minutes=rng.randint(0, 180))
    return datetime.combine(plan.day, time(7, 0)) + timedelta(minutes=rng.randint(0, 560))


def _leaving(rng: Random, plan: VisitPlan, arrived: datetime) -> datetime:
    if plan.stay:
        return datetime.combine(plan.ended, time(8, 0)) + timedelta(minutes=rng.randint(0, 240))
    return arrived + timedelta(minutes=rng.randint(95, 210))


def _outcome(rng: Random, plan: VisitPlan) -> tuple[int, int]:
    """KET_QUA_DTRI and MA_LOAI_RV."""
    if plan.outcome == "death":
        return 5, 1
    if plan.outcome == "transfer":
        return 4, 2
    if plan.illness.kind != "acute":
        return 2, 1
    return rng.choices((1, 2, 3), (55, 43, 2))[0], 1


def _care_type(plan: VisitPlan, services: list[ServiceOrder]) -> str:
    """MA_LOAI_KCB: 01 examination, 03 inpatient, 05 chronic outpatient, 08 the same with services."""
    if plan.stay:
        return "03"
    if plan.illness.kind in ("chronic", "programmes"):
        return "08" if any(order.service.group != 13 for order in services) else "05"
    return "01"


def _category(rng: Random, plan: VisitPlan) -> str:
    """MA_DOITUONG_KCB; never an off-route case with a reduced level."""
    facility, person = plan.facility, plan.person
    if not person.benefit_on(plan.ended):
        return "9"
    if plan.emergency:
        return "2"
    if facility.is_station:
        return "1.2"
    if facility is person.registered:
        return "1.1"
    if plan.referred_from is not None or facility.kind == "provincial_hospital":
        return "1.3"
    if plan.illness.kind == "chronic" and rng.random() < 0.5:
        return "1.5"
    # 1.11 came with the law of 2025; before version 4750 the field had room for three characters.
    return "3.3" if facility.is_hospital or version_of(plan.ended) in ("4210", "130") else "1.11"


def _department(plan: VisitPlan) -> str:
    if not plan.stay:
        return "K01"
    if plan.child is not None:
        return "K27"
    if plan.illness.surgery:
        return "K19"
    if plan.person.age(plan.day) < 16:
        return "K18"
    return "K11" if plan.illness.icd[0] in "AB" else "K03"


def _revisit(rng: Random, plan: VisitPlan, drugs: list[DrugOrder]) -> int:
    """Days until the next appointment, 0 = none."""
    if plan.outcome:
        return 0
    if plan.illness.kind in ("chronic", "programmes") and rng.random() < 0.7:
        return max((order.days for order in drugs), default=28)
    return rng.choice((7, 10, 14)) if plan.stay and rng.random() < 0.5 else 0


def _price(visit: Visit, drugs: list[DrugOrder], services: list[ServiceOrder]) -> None:
    """Puts the costed lines and the sums into the visit."""
    insured = visit.benefit > 0
    drug_costs = [
        money.drug_cost(visit.version, order.quantity, order.drug.price, order.drug.rate, insured) for order in drugs
    ]
    prices = [_prices(visit, order.service) for order in services]
    service_costs = [
        money.service_cost(visit.version, order.quantity, price, insured_price, order.rate, insured)
        for order, (price, insured_price) in zip(services, prices, strict=True)
    ]
    scope = sum((cost.insured for cost in drug_costs + service_costs), money.ZERO)
    level = money.benefit_level(visit.benefit, visit.facility.is_station, scope, visit.left.date())
    visit.drugs = [
        DrugLine(order, money.split(cost, level), cost.insured_rate)
        for order, cost in zip(drugs, drug_costs, strict=True)
    ]
    visit.services = [
        ServiceLine(order, money.split(cost, level), price, insured_price, cost.insured_rate)
        for order, cost, (price, insured_price) in zip(services, service_costs, prices, strict=True)
    ]
    visit.totals = money.totals(
        (line.split for line in visit.drugs), ((line.service.group, line.split) for line in visit.services)
    )


def _prices(visit: Visit, service: Service) -> tuple[Decimal, Decimal]:
    """Hospital price and insured price; some facilities charge more for the examination than insurance knows."""
    insured = min(service.price, service.ceiling) if service.ceiling is not None else service.price
    surcharge = service.group == 13 and visit.facility.kind in ("provincial_hospital", "private_clinic")
    price = service.price + 15_000 if surcharge and visit.version != "4210" else service.price
    return (insured, insured) if visit.version == "4210" else (price, insured)
