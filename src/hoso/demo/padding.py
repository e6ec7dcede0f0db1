"""Fills a visit up to a wanted number of lines, for measurements of speed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random

from hoso.demo.catalogue import drugs as drug_book
from hoso.demo.catalogue import services as service_book
from hoso.demo.clock import stamp
from hoso.demo.courses import VisitPlan
from hoso.demo.orders import DrugOrder, ServiceOrder, order
from hoso.demo.results import Result, results_of

_TESTS = ("GLU", "CREA", "UREA", "ALT", "AST", "CHOL", "TRIG", "HDL", "LDL", "URIC", "CRP")
_DRUGS = ("PARACETAMOL", "OMEPRAZOL", "VITAMIN_B1_B6_B12", "ACETYLCYSTEIN", "CETIRIZIN", "CALCI_CARBONAT_VITAM")


def pad(
    rng: Random,
    plan: VisitPlan,
    arrived: datetime,
    wanted: int,
    drugs: list[DrugOrder],
    services: list[ServiceOrder],
    results: list[Result],
    other: int,
) -> None:
    """Adds tests with their results and drugs until the lines, with table 1 and `other`, reach `wanted`."""
    tests, cures = cycle(_TESTS), cycle(_DRUGS)
    moment = arrived + timedelta(minutes=25)
    while (missing := wanted - 1 - other - len(drugs) - len(services) - len(results)) > 0:
        if missing >= 2 and len(services) <= 2 * len(drugs) + 2:
            made = order(service_book()[next(tests)], moment)
            services.append(made)
            results.extend(results_of(rng, plan, made.service, made.reported))
        else:
            drug = drug_book()[next(cures)]
            drugs.append(DrugOrder(drug, Decimal(5), "1 lần/ngày * 5 ngày", 5, stamp(moment), False))
