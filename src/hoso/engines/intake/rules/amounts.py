"""Rules on money: an amount that must come out (`expect`), and amounts that must fit one of several cases (`cases`).

Amounts are compared with a tolerance of about one đồng. A rule is first judged on the values as sent. Where they do not
fit, it is judged once more with the amounts that earlier rules found to be right: when it fits then, the cause stands
elsewhere and has its finding already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from hoso.engines.intake.rules.expressions import Function
from hoso.engines.intake.rules.forms import NOTHING, Check, Form, text_of
from hoso.engines.intake.rules.syntax import parse
from hoso.engines.intake.rules.values import Place
from hoso.engines.intake.sent import Finding, Values

TOLERANCE = Decimal(1)
_CENT = Decimal("0.01")
Amounts = Mapping[str, Function]


def expect(form: Form) -> Check:
    """`expect`: what the rule's field must say; several where the law leaves a choice."""
    given = form.rule.body["expect"]
    (field,) = form.rule.fields
    choices = [given] if isinstance(given, str) else list(given)
    return _check(form, [{field: form.compiler.amount(parse(one))} for one in choices], {})


def cases(form: Form) -> Check:
    """`cases`: the amounts of a line in each way that the law allows; a line must fit one way with all of them."""
    compiler = form.compiler
    named = {name: compiler.amount(parse(text)) for name, text in form.rule.body.get("let", {}).items()}
    ways = [
        {field: compiler.amount(parse(text)) for field, text in case.items()}
        for case in form.rule.body["cases"].values()
    ]
    return _check(form, ways, named)


def _check(form: Form, ways: Sequence[Amounts], named: Amounts) -> Check:
    stated = {field: form.compiler.amount(parse(field)) for way in ways for field in way}

    def check(place: Place, line: int) -> list[Finding]:
        wrong = _misfit(place, ways, named, stated)
        if not wrong:
            return NOTHING
        if place.right and not _misfit(_corrected(place, form.table.number, line), ways, named, stated):
            return NOTHING
        found = []
        for field, amount in wrong.items():
            amount = amount.quantize(_CENT)
            place.right[form.table.number, line, field] = amount
            value = text_of(place, field)
            found.append(form.finding("HS3113", line, field, value, found=value, expected=f"{amount}"))
        return found

    return check


def _misfit(place: Place, ways: Sequence[Amounts], named: Amounts, stated: Amounts) -> dict[str, Decimal]:
    """What is wrong under the way that fits best (fewest fields, then closest); empty where one fits or none is known."""
    for name, run in named.items():
        place.named[name] = run(place)
    best: dict[str, Decimal] = {}
    closeness: tuple[int, Decimal] | None = None
    for way in ways:
        wrong, apart = {}, Decimal(0)
        for field, run in way.items():
            found = stated[field](place)
            if found is None:
                continue
            wanted = run(place)
            if wanted is None or found == wanted:  # nearly always
                continue
            if (difference := abs(found - wanted)) > TOLERANCE:
                wrong[field] = wanted
                apart += difference
        if not wrong:
            return {}
        if closeness is None or (len(wrong), apart) < closeness:
            best, closeness = wrong, (len(wrong), apart)
    return best


def _corrected(place: Place, table: int, line: int) -> Place:
    """The place as it would be with the right amounts."""
    tables = {number: _with(number, lines, place) for number, lines in place.tables.items()}
    values = tables[table][line - 1] if table in tables else place.values
    summary = tables[1][0] if tables.get(1) else place.summary  # a summary may have come without a line
    return replace(place, values=values, summary=summary, tables=tables, named={})


def _with(table: int, lines: list[Values], place: Place) -> list[Values]:
    right = {(line, field): amount for (where, line, field), amount in place.right.items() if where == table}
    if not right:
        return lines
    made = [dict(values) for values in lines]
    for (line, field), amount in right.items():
        made[line - 1][field] = str(amount)
    return made
