"""Pregnancy and birth: the mother's visits for each child of the household born in the period."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hoso.demo.courses import VisitPlan
from hoso.demo.facilities import hospitals
from hoso.demo.households import Household
from hoso.demo.illnesses import illnesses
from hoso.demo.people import Person
from hoso.demo.settings import ProvinceSettings

_PRENATAL_WEEKS_BEFORE = (28, 20, 12, 6, 2)


def plan_births(rng: Random, household: Household, settings: ProvinceSettings) -> dict[int, list[VisitPlan]]:
    """Plans by number of the mother."""
    first, last = settings.window
    mothers = {person.number: person for person in household.members}
    plans: dict[int, list[VisitPlan]] = {}
    for child in household.members:
        mother = mothers.get(child.mother_number)
        if mother is not None and first <= child.born <= last:
            plans.setdefault(mother.number, []).extend(_pregnancy(rng, mother, child))
    return plans


def _pregnancy(rng: Random, mother: Person, child: Person) -> list[VisitPlan]:
    kinds = illnesses("maternity")
    began = child.born - timedelta(weeks=39)
    facility = mother.registered if mother.registered.is_hospital else rng.choice(hospitals())
    plans = [
        VisitPlan(
            mother, kinds["prenatal"], child.born - timedelta(weeks=weeks, days=rng.randint(-3, 3)), facility, began
        )
        for weeks in _PRENATAL_WEEKS_BEFORE
        if rng.random() < 0.8
    ]
    if rng.random() < 0.3:
        plans.append(VisitPlan(mother, kinds["threatened"], began + timedelta(weeks=9), facility, began))
    birth = kinds["caesarean"] if rng.random() < 0.35 else kinds["birth"]
    plans.append(VisitPlan(mother, birth, child.born, facility, began, stay=rng.randint(*birth.stay), child=child))
    return plans
