"""When a person goes where for what: the visits of one person over the years."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from hoso.demo.facilities import Facility, facilities, hospitals, provincial_hospital
from hoso.demo.illnesses import Illness, acute_table, age_band, illnesses
from hoso.demo.people import Person
from hoso.demo.settings import ProvinceSettings
from hoso.demo.versions import version_of

# With the rates of illnesses.yaml as they stand a person has about this many visits a year.
_NATURAL_VISITS = 2.2


@dataclass(slots=True)
class VisitPlan:
    """A visit before its content is made. `since` is the day the illness began, `stay` 0 for outpatients."""

    person: Person
    illness: Illness
    day: date
    facility: Facility
    since: date
    stay: int = 0
    emergency: bool = False
    outcome: str = ""
    referred_from: Facility | None = None
    child: Person | None = None
    ordinal: int = 0

    @property
    def ended(self) -> date:
        return self.day + timedelta(days=self.stay)

    @property
    def ma_lk(self) -> str:
        """Key of the visit: SYN, facility, person and running number of the person's visits."""
        return f"SYN{self.facility.code}.{self.person.number:07d}.{self.ordinal:03d}"


def plan_person(
    rng: Random, person: Person, settings: ProvinceSettings, programme: Illness | None = None
) -> list[VisitPlan]:
    """All visits of one person in the period, in order of time, without overlaps, none after death."""
    plans = _acute(rng, person, settings)
    if programme is not None:
        plans += _repeated(rng, person, settings, programme, _programme_facility(rng, programme, person))
    else:
        chronic = _chronic_illness(rng, person, settings.end)
        if chronic is not None:
            plans += _repeated(rng, person, settings, chronic, _outpatient_facility(rng, person, chronic=True))
    return plans


def settle(plans: list[VisitPlan], settings: ProvinceSettings) -> list[VisitPlan]:
    """Keep the plans that can happen: inside the period, after birth, not overlapping, not after death.

    QĐ 4210 knew no visits without a card.
    """
    first, last = settings.window
    kept: list[VisitPlan] = []
    free_from = date.min
    for plan in sorted(plans, key=lambda plan: plan.day):
        if plan.day < free_from or plan.day <= plan.person.born or not first <= plan.ended <= last:
            continue
        if version_of(plan.ended) == "4210" and not plan.person.benefit_on(plan.ended):
            continue
        plan.ordinal = len(kept) + 1
        kept.append(plan)
        free_from = plan.ended + timedelta(days=0 if plan.outcome == "transfer" else 1)
        if plan.outcome == "death":
            plan.person.died = plan.ended
            break
    return kept


def _poisson(rng: Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _acute(rng: Random, person: Person, settings: ProvinceSettings) -> list[VisitPlan]:
    listed, tables = acute_table()
    scale = settings.visits_per_person_year / _NATURAL_VISITS
    first, last = settings.window
    plans: list[VisitPlan] = []
    for year in range(first.year, last.year + 1):
        age = year - person.born.year
        if age < 0:
            continue
        weights = tables[age_band(age)]
        for _ in range(_poisson(rng, weights[-1] / 1000 * scale)):
            illness = rng.choices(listed, cum_weights=weights)[0]
            month = rng.choices(range(1, 13), cum_weights=illness.season)[0]
            plans += _episode(rng, person, illness, date(year, month, rng.randint(1, 28)))
    return plans


def _episode(rng: Random, person: Person, illness: Illness, day: date) -> list[VisitPlan]:
    emergency = rng.random() < illness.emergency
    if rng.random() >= illness.admit:
        facility = rng.choice(hospitals()) if emergency else _outpatient_facility(rng, person)
        return [VisitPlan(person, illness, day, facility, day, emergency=emergency)]
    facility = person.registered if person.registered.is_hospital and rng.random() < 0.8 else rng.choice(hospitals())
    stay = rng.randint(*illness.stay)
    plan = VisitPlan(person, illness, day, facility, day, stay=stay, emergency=emergency)
    if rng.random() < illness.transfer and facility is not provincial_hospital():
        plan.stay, plan.outcome = 1, "transfer"
        onward = VisitPlan(person, illness, plan.ended, provincial_hospital(), day, stay=stay, referred_from=facility)
        return [plan, onward]
    if rng.random() < illness.fatal * (3 if person.age(day) > 74 else 1):
        plan.outcome = "death"
    return [plan]


def _chronic_illness(rng: Random, person: Person, end: date) -> Illness | None:
    band = age_band(person.age(end))
    listed = list(illnesses("chronic").values())
    rng.shuffle(listed)
    return next((illness for illness in listed if rng.random() * 100 < illness.share[band]), None)


def _repeated(
    rng: Random, person: Person, settings: ProvinceSettings, illness: Illness, facility: Facility
) -> list[VisitPlan]:
    """Visits every few months from the start of the illness, which may lie before the period."""
    first, last = settings.window
    scale = settings.visits_per_person_year / _NATURAL_VISITS
    since = _beginning(rng, illness, first, last)
    since = max(since, person.born + timedelta(days=365))
    day = max(since, first + timedelta(days=rng.randint(0, 40)))
    plans: list[VisitPlan] = []
    while day <= last and len(plans) < illness.limit:
        if rng.random() < 0.9 * scale:
            plans.append(VisitPlan(person, illness, day, facility, since))
        day += timedelta(days=int(rng.uniform(illness.months[0], illness.months[1] + 0.3) * 29))
    return plans


def _beginning(rng: Random, illness: Illness, first: date, last: date) -> date:
    """A lasting illness may be older than the period; a limited course lies in the later half of it."""
    span = max(1, (last - first).days)
    if illness.limit < 100:
        return first + timedelta(days=int(span * rng.uniform(0.55, 0.85)))
    if rng.random() < 0.6:
        return first - timedelta(days=rng.randint(0, 1500))
    return first + timedelta(days=rng.randint(0, span * 2 // 3))


def _outpatient_facility(rng: Random, person: Person, chronic: bool = False) -> Facility:
    if rng.random() < (0.9 if chronic else 0.65):
        return person.registered
    return rng.choice(facilities())


def _programme_facility(rng: Random, illness: Illness, person: Person) -> Facility:
    if illness.withheld:
        return provincial_hospital() if illness.key == "hiv" else hospitals()[1]
    return person.registered if person.registered.is_hospital else rng.choice(hospitals())
