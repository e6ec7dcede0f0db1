"""Whether the catalogue is in order: forms, rows, dimensions, keys, units, periods, indicators, after DHIS2's checks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import items_of
from hoso.engines.statistics.indicator_catalogue import Indicator, reckoned_indicators
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.engines.statistics.quality.integrity_queries import ASKED_OF_DATABASE
from hoso.engines.statistics.uids import DEFAULT_COMBO
from hoso.engines.statistics.value_types import NUMERIC, YES_NO

PURPOSE = "statistics"
MOST = 50  # things told of one check


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    title_vi: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`things`: what is not in order, at most MOST of the `found`."""

    check: Check
    found: int
    things: tuple[str, ...]


@cache
def checks() -> tuple[Check, ...]:
    """Those that are asked. Raises DefinitionError where a name stands twice, or is asked and nobody knows how."""
    folder = definitions_folder() / "quality"
    given = read_definition(folder / "integrity_checks.yaml", folder / "schema" / "integrity_checks.json")
    named = [one["name"] for one in (*given["asked"], *given["kept"])]
    named += [name for one in given["not_here"] for name in one["names"]]
    if len(set(named)) != len(named):
        raise DefinitionError("integrity_checks.yaml: a check is written twice")
    found = tuple(Check(**one) for one in given["asked"])
    if {one.name for one in found} != ASKED_OF_DATABASE.keys() | ASKED_OF_INDICATORS.keys():
        raise DefinitionError("integrity_checks.yaml: what is asked and what can be asked differ")
    return found


def check_integrity(actor: Actor) -> list[Checked]:
    """Every check with what it finds; figures are those in reach. Raises HosoError HS2001."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        scope = decide(actor, "statistics.read", PURPOSE)
        found = [_checked(check, sorted(_things(cursor, check.name))) for check in checks()]
        record_event(
            AuditEvent(actor, scope.role.key, PURPOSE, "read", object="statistics/integrity", found=len(found))
        )
    return found


def same_formula(indicators: Iterable[Indicator]) -> Iterator[str]:
    """Titles of indicators with one formula and factor, blanks aside."""
    yield from _alike(indicators, lambda one: (_squeezed(one.numerator), _squeezed(one.denominator), one.factor))


def same_terms(indicators: Iterable[Indicator]) -> Iterator[str]:
    """Titles of indicators that ask for the same figures above and below, in whatever order."""
    yield from _alike(indicators, lambda one: (_terms(one.numerator), _terms(one.denominator), one.factor))


ASKED_OF_INDICATORS = {"indicators_exact_duplicates": same_formula, "indicators_duplicated_terms": same_terms}


def _things(cursor: Any, name: str) -> Iterable[str]:
    if name in ASKED_OF_INDICATORS:
        return ASKED_OF_INDICATORS[name]([*reckoned_indicators().values(), *kept_indicators().values()])
    cursor.execute(ASKED_OF_DATABASE[name], {"numeric": [*NUMERIC, *YES_NO], "default_combo": DEFAULT_COMBO})
    return [thing for (thing,) in cursor.fetchall()]


def _checked(check: Check, things: list[str]) -> Checked:
    return Checked(check, len(things), tuple(things[:MOST]))


def _alike(indicators: Iterable[Indicator], key: Callable[[Indicator], object]) -> Iterator[str]:
    together: dict[object, list[str]] = {}
    for one in indicators:
        together.setdefault(key(one), []).append(one.title_vi)
    yield from (" = ".join(titles) for titles in together.values() if len(titles) > 1)


def _squeezed(formula: str) -> str:
    return "".join(formula.split())


def _terms(formula: str) -> tuple[str, ...]:
    return tuple(sorted(f"{item.kind}{item.id}{item.modifiers}" for item in items_of(read_formula(formula))))
