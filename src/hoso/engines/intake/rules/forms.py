"""The forms a rule can have, each made into a check of one line: conditions, order, patterns, codes, needs.

A check gives the findings of the line and nothing where it cannot know. Amounts stand in `amounts.py`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hoso.engines.intake.exchange import Decision, Table
from hoso.engines.intake.rules.book import Rule, code_list
from hoso.engines.intake.rules.expressions import Compiler, Function
from hoso.engines.intake.rules.syntax import parse
from hoso.engines.intake.rules.values import UNJUDGED, Place, parts
from hoso.engines.intake.sent import Finding

Check = Callable[[Place, int], list[Finding]]
NOTHING: list[Finding] = []


@dataclass(frozen=True, slots=True)
class Form:
    """What every form needs: the rule, its table and decision, and the compiler of its expressions."""

    rule: Rule
    decision: Decision
    table: Table

    @property
    def compiler(self) -> Compiler:
        return Compiler(self.decision, self.table)

    def finding(self, code: str, line: int, field: str, value: str, **params: str) -> Finding:
        severity = self.rule.severity_under(self.decision.key)
        return Finding(code, severity, self.table.number, line, field, value[:200], params, self.rule.id)


def text_of(place: Place, field: str) -> str:
    """The value as it stands, empty where there is none or it is not judged."""
    found = place.values.get(field, "")
    return "" if found == UNJUDGED else found


def must(form: Form) -> Check:
    """`must`: a condition; the finding is at the rule's field."""
    holds = form.compiler.truth(parse(form.rule.body["must"]))
    (field,) = form.rule.fields

    def check(place: Place, line: int) -> list[Finding]:
        if holds(place) is not False:
            return NOTHING
        return [form.finding("HS3203", line, field, text_of(place, field))]

    return check


def order(form: Form) -> Check:
    """`order`: two moments, the earlier first; a day and a minute are compared as days."""
    earlier, later = form.rule.body["order"]
    holds = form.compiler.truth(parse(f"{earlier} <= {later}"))
    shown = later if "." not in later else earlier

    def check(place: Place, line: int) -> list[Finding]:
        if holds(place) is not False:
            return NOTHING
        return [form.finding("HS3112", line, shown, text_of(place, shown), earlier=earlier, later=later)]

    return check


def required(form: Form) -> Check:
    """`required`: the fields that must be there under the rule's condition."""
    filled = [(field, form.compiler.truth(parse(f"filled({field})"))) for field in form.rule.fields]

    def check(place: Place, line: int) -> list[Finding]:
        return [form.finding("HS3201", line, field, "") for field, there in filled if there(place) is False]

    return check


def pattern(form: Form) -> Check:
    """`pattern`: the shape of an identifier; with `separator` of each in a list, of which there may be `most`."""
    body = form.rule.body
    shape, separated, most = re.compile(body["pattern"]), "separator" in body, body.get("most")
    fields = [name for name in form.rule.fields if name in form.table.field_by_name]

    def check(place: Place, line: int) -> list[Finding]:
        found = []
        for field in fields:
            text = text_of(place, field)
            if not text:
                continue
            listed = parts(text) if separated else (text,)
            if any(shape.fullmatch(one) is None for one in listed):
                found.append(form.finding("HS3202", line, field, text))
            elif most is not None and len(listed) > most:
                found.append(form.finding("HS3205", line, field, text, count=str(len(listed)), limit=str(most)))
        return found or NOTHING

    return check


def codes(form: Form) -> Check:
    """`codes`: a shared list that is in force in the rule's time."""
    allowed = code_list(form.rule.body["codes"])
    return listed_codes(form, {field: allowed for field in form.rule.fields}, "separator" in form.rule.body)


def listed_codes(form: Form, allowed: Mapping[str, frozenset[str]], separated: bool = False) -> Check:
    """Each value must be one of the codes; numbers may carry leading zeros."""
    numbers = {field for field in allowed if form.table.field_by_name[field].type == "number"}

    def check(place: Place, line: int) -> list[Finding]:
        found = []
        for field, codes_ in allowed.items():
            text = place.values.get(field)
            if not text or text in codes_ or text == UNJUDGED:
                continue
            if field in numbers and (text.lstrip("0") or "0") in codes_:
                continue
            if separated and all(one in codes_ for one in parts(text)):
                continue
            found.append(form.finding("HS3108", line, field, text))
        return found or NOTHING

    return check


def guarded(when: Function, check: Check) -> Check:
    """The check where its condition holds for certain."""

    def run(place: Place, line: int) -> list[Finding]:
        return check(place, line) if when(place) else NOTHING

    return run
