"""Checking a visit by the rules: those of its decision that hold on the day it ended, table by table, line by line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from hoso.core.definitions import DefinitionError
from hoso.engines.intake.exchange import Decision, load_decisions
from hoso.engines.intake.rules import amounts, forms
from hoso.engines.intake.rules.book import Rule, load_rules
from hoso.engines.intake.rules.forms import Check, Form
from hoso.engines.intake.rules.syntax import parse
from hoso.engines.intake.rules.values import UNJUDGED, Place
from hoso.engines.intake.sent import Finding, SentVisit, Values

_FORMS: Mapping[str, Callable[[Form], Check]] = {
    "must": forms.must,
    "order": forms.order,
    "required": forms.required,
    "pattern": forms.pattern,
    "codes": forms.codes,
    "expect": amounts.expect,
    "cases": amounts.cases,
}
# The summary comes last: its sums are judged when the lines are.
_LAST = 1


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule compiled for one table of one decision; `check` is None where the lines must differ in `unique`."""

    rule: Rule
    check: Check | None
    unique: str | None
    severity: str


def check_rules(visit: SentVisit, decision: Decision, left: date | None, known: list[Finding]) -> list[Finding]:
    """What the rules find. `known` are the findings so far: values they name are not judged again."""
    tables = _judged(visit.tables, known)
    summary = tables[1][0] if tables.get(1) else {}
    package = {"MACSKCB": visit.header.facility_code}
    right: dict[tuple[int, int, str], Decimal] = {}
    found: list[Finding] = []
    ready = _rules_on(decision.key, left or date.max)
    for number in sorted(tables, key=lambda number: (number == _LAST, number)):
        listed = ready.get(number, ())
        checks = [one.check for one in listed if one.check is not None]
        for line, values in enumerate(tables[number], start=1):
            place = Place(values, summary, package, tables, right)
            for check in checks:
                found += check(place, line)
        for one in listed:
            if one.unique is not None:
                found += _repeated(one, number, tables[number])
    return found


def _judged(tables: dict[int, list[Values]], known: list[Finding]) -> dict[int, list[Values]]:
    """The lines with every value that has a finding taken out of judgement."""
    if not known:
        return tables
    made = {number: list(lines) for number, lines in tables.items()}
    for one in known:
        lines = made.get(one.table, [])
        if one.field and 0 < one.line <= len(lines):
            lines[one.line - 1] = {**lines[one.line - 1], one.field: UNJUDGED}
    return made


def _repeated(one: _Ready, number: int, lines: list[Values]) -> list[Finding]:
    seen: set[str] = set()
    found: list[Finding] = []
    for line, values in enumerate(lines, start=1):
        value = values.get(one.unique or "", "")
        if value and value != UNJUDGED and value in seen:
            found.append(Finding("HS3110", one.severity, number, line, one.unique or "", value[:200], {}, one.rule.id))
        seen.add(value)
    return found


@lru_cache(maxsize=512)
def _rules_on(decision: str, left: date) -> Mapping[int, tuple[_Ready, ...]]:
    return {
        number: tuple(one for one in listed if one.rule.holds_on(left)) for number, listed in compiled(decision).items()
    }


@cache
def compiled(decision: str) -> Mapping[int, tuple[_Ready, ...]]:
    """The rules of a decision by table, in the order of the book. Raises DefinitionError where one makes no sense."""
    made: dict[int, list[_Ready]] = {}
    for rule in load_rules().values():
        if decision in rule.decisions:
            for number in rule.tables:
                if _has_a_field(rule, load_decisions()[decision], number):
                    made.setdefault(number, []).append(_compile(rule, load_decisions()[decision], number))
    return {number: tuple(listed) for number, listed in made.items()}


def _has_a_field(rule: Rule, decision: Decision, number: int) -> bool:
    """A rule on several tables or spellings holds where its field is; which that are is looked at by a test."""
    table = decision.tables.get(number)
    return table is not None and (not rule.fields or any(field in table.field_by_name for field in rule.fields))


def _compile(rule: Rule, decision: Decision, number: int) -> _Ready:
    form = Form(rule, decision, decision.tables[number])
    severity = rule.severity_under(decision.key)
    if "unique" in rule.body:
        return _Ready(rule, None, rule.body["unique"], severity)
    try:
        check = next(make(form) for name, make in _FORMS.items() if name in rule.body)
        if rule.when is not None:
            check = forms.guarded(form.compiler.truth(parse(rule.when)), check)
    except DefinitionError as error:
        raise DefinitionError(f"rule {rule.id} in {decision.key}: {error}") from error
    return _Ready(rule, check, None, severity)
