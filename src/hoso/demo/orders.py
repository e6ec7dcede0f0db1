"""What is ordered during a visit: services, drugs, and the notes about the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from hoso.demo.catalogue import Drug, Service, services
from hoso.demo.clock import stamp
from hoso.demo.courses import VisitPlan

_STATION_SERVICES = frozenset({"GLU", "UA", "SUTURE", "NEBU"})
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class DrugOrder:
    """A drug line; `inside` = used inside the facility, so that it has a time of execution."""

    drug: Drug
    quantity: Decimal
    dose: str
    days: int
    ordered: str
    inside: bool


@dataclass(frozen=True, slots=True)
class ServiceOrder:
    """A service, bed or supply line; `rate` is TYLE_TT_DV."""

    service: Service
    quantity: Decimal
    rate: int
    ordered: str
    done: str
    reported: str
    bed: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of table 5."""

    text: str
    at: str


def order(service: Service, moment: datetime, quantity: Decimal = _ONE, rate: int = 100) -> ServiceOrder:
    """A service ordered at a moment, done ten minutes later, reported within the hour."""
    done = moment + timedelta(minutes=10)
    return ServiceOrder(service, quantity, rate, stamp(moment), stamp(done), stamp(done + timedelta(minutes=35)))


def service_orders(rng: Random, plan: VisitPlan, arrived: datetime, admitted: datetime | None) -> list[ServiceOrder]:
    """Examination, services of the illness, bed and supplies."""
    book = services()
    station = plan.facility.is_station
    ordered = arrived + timedelta(minutes=10)
    made = [order(book["EXAM_STATION" if station else "EXAM"], ordered)]
    for service in plan.illness.services:
        if station and service.key not in _STATION_SERVICES:
            continue
        if rng.random() < plan.illness.service_chance:
            made.append(order(service, ordered + timedelta(minutes=5)))
    if not plan.stay and not station and rng.random() < 0.05:
        made.append(order(book["EXAM"], ordered + timedelta(minutes=20), rate=30))
    if admitted is not None:
        made += _stay_orders(rng, plan, admitted)
    return made


def _stay_orders(rng: Random, plan: VisitPlan, admitted: datetime) -> list[ServiceOrder]:
    book = services()
    bed = book["BED_SURGERY" if plan.illness.surgery else "BED"]
    rate = 50 if rng.random() < 0.1 else 100
    begin, end = stamp(admitted), stamp(datetime.combine(plan.ended, time(8, 0)))
    made = [ServiceOrder(bed, Decimal(plan.stay), rate, begin, begin, end, f"H{rng.randint(1, 120):03d}")]
    supplies = ["NEEDLE", "INFUSION"] + (["SUTURESET"] if plan.illness.surgery else [])
    made += [order(book[key], admitted) for key in supplies]
    made.append(order(book["SYRINGE"], admitted, Decimal(2 * plan.stay)))
    if any(service.key == "CATARACT" for service in plan.illness.services):
        made.append(order(book["LENS"], admitted))
    if plan.stay >= 4 and not plan.illness.surgery:
        made.append(order(book["CBC"], datetime.combine(plan.ended - timedelta(days=1), time(7, 30))))
    return made


def drug_orders(rng: Random, plan: VisitPlan, arrived: datetime, left: datetime) -> list[DrugOrder]:
    """Outpatients take the course home; inpatients get lines day by day, at most five days of them."""
    child = plan.person.age(plan.day) < 12
    listed = plan.illness.child_drugs if child else plan.illness.drugs
    if len(listed) > 2 and plan.illness.kind == "chronic":
        listed = listed[: rng.randint(2, len(listed))]
    if plan.stay:
        return [
            _course(drug, a_day, 1, arrived + timedelta(days=day, hours=2), inside=True)
            for day in range(min(plan.stay, 5))
            for drug, a_day in listed
        ]
    days = rng.randint(*plan.illness.days)
    return [_course(drug, a_day, days, left - timedelta(minutes=20), inside=False) for drug, a_day in listed]


def _course(drug: Drug, a_day: Decimal, days: int, moment: datetime, inside: bool) -> DrugOrder:
    quantity = (a_day * days).to_integral_value(rounding="ROUND_CEILING") or _ONE
    times = max(1, int(a_day))
    dose = f"{quantity / days / times:.2f} {drug.unit}/lần * {times} lần/ngày * {days} ngày [{quantity / days:.2f} {drug.unit}/ngày]"
    return DrugOrder(drug, quantity, dose, days, stamp(moment), inside)


def notes(rng: Random, plan: VisitPlan, version: str, arrived: datetime, left: datetime) -> list[Note]:
    """One note for outpatients (none in QĐ 4210), one a day for inpatients."""
    if not plan.stay:
        return [] if version == "4210" else [Note(_note(rng, plan, 0), stamp(arrived + timedelta(minutes=12)))]
    moments = [arrived + timedelta(days=day, minutes=45) for day in range(min(plan.stay, 6))]
    return [Note(_note(rng, plan, day), stamp(min(moment, left))) for day, moment in enumerate(moments)]


def _note(rng: Random, plan: VisitPlan, day: int) -> str:
    """Vital signs in the form of the annex, then a few words."""
    person, illness = plan.person, plan.illness
    old = person.age(plan.day)
    pressure = 105 + min(old, 70) * 0.35 + person.health[0] * 8 + rng.gauss(0, 6)
    if illness.icd == "I10" or "I10" in illness.comorbid:
        pressure += 18 - min(12.0, 4 * (plan.day - plan.since).days / 365)
    fever = 38.3 - 0.4 * day if "sốt" in illness.complaint.lower() else 36.8
    pulse = (115 if old < 6 else 78) + rng.gauss(0, 7) + (10 if fever > 38 else 0)
    words = illness.complaint if day == 0 else "Đỡ, ăn uống được" if plan.outcome != "death" else "Diễn biến nặng"
    vital = f"M{pulse:.0f}_T{max(36.5, fever + rng.gauss(0, 0.2)):.1f}_HA{pressure:.0f}/{pressure * 0.61:.0f}_NT{rng.randint(16, 22)}_HL0"
    return f"CSST&lt;{vital}&gt; {words} (mẫu)"
