"""Trees of the rule language made into functions of a place, once for each rule and decision.

What a tag is (number, date, text) comes from its decision's table. Every function gives None for "unknown".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hoso.core.definitions import DefinitionError
from hoso.engines.intake.exchange import Decision, Table
from hoso.engines.intake.moments import moment
from hoso.engines.intake.rules.syntax import Call, Literal, Node, Operation, Tag, Total, Word
from hoso.engines.intake.rules.values import UNJUDGED, Place, number, parts

Function = Callable[[Place], Any]
ZERO = Decimal(0)
_ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A function and the kind of its answer: number, text, date or truth."""

    run: Function
    kind: str


class Compiler:
    """Compiles the expressions of rules on one table of one decision."""

    def __init__(self, decision: Decision, table: Table) -> None:
        self.decision, self.table = decision, table

    def compile(self, node: Node) -> Compiled:
        """Raises DefinitionError for a tag the table does not have, or an operation that fits no such values."""
        match node:
            case Literal(value):
                return Compiled(lambda place: value, "number" if isinstance(value, Decimal) else "text")
            case Word(name):
                return Compiled(lambda place: place.named[name], "number")
            case Tag(where, name):
                return self._tag(node, where, name)
            case Total(table, name, condition):
                return self._total(table, name, condition)
            case Call(function, arguments):
                return self._call(function, arguments)
            case Operation(sign, operands):
                return self._operation(sign, [self.compile(one) for one in operands])

    def truth(self, node: Node) -> Function:
        made = self.compile(node)
        if made.kind != "truth":
            raise DefinitionError(f"XML{self.table.number}: a condition is needed, not a {made.kind}")
        return made.run

    def amount(self, node: Node) -> Function:
        made = self.compile(node)
        if made.kind != "number":
            raise DefinitionError(f"XML{self.table.number}: an amount is needed, not a {made.kind}")
        return made.run

    def _tag(self, node: Tag, where: str, name: str) -> Compiled:
        if where == "PACKAGE":
            return Compiled(lambda place: place.package.get(name) or None, "text")
        kind, spellings = _known(self._table(node), name)
        return Compiled(_reader(where == "XML1", spellings, kind), kind)

    def _total(self, number_: int, name: str, condition: Node | None) -> Compiled:
        table = self.decision.tables[number_]
        kind, spellings = _known(table, name)
        if kind != "number":
            raise DefinitionError(f"sum() needs numbers, not XML{number_}.{name}")
        chosen = Compiler(self.decision, table).truth(condition) if condition else None

        def total(place: Place) -> Decimal | None:
            found = ZERO
            for values in place.tables.get(number_, ()):
                text = values.get(name) or next((values[one] for one in spellings if values.get(one)), "")
                if not text:
                    continue
                if chosen is not None:
                    wanted = chosen(Place(values, place.summary, place.package, place.tables))
                    if wanted is None:
                        return None
                    if not wanted:
                        continue
                amount = number(text)
                if amount is None:
                    return None
                found += amount
            return found

        return Compiled(total, "number")

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Compiled:
        if function == "filled":
            return Compiled(self._filled(arguments[0]), "truth")
        made = _FUNCTIONS.get(function)
        if made is None:
            raise DefinitionError(f"no function named {function}")
        kind, run = made
        as_sent = function not in _OF_NUMBERS
        given = [self._as_sent(one) if as_sent else self.amount(one) for one in arguments]

        def call(place: Place) -> Any:
            values = [one(place) for one in given]
            return None if None in values else run(*values)

        return Compiled(call, kind)

    def _as_sent(self, node: Node) -> Function:
        """A tag with the characters it was sent with, whatever it is: a citizen number keeps its first zero."""
        if not isinstance(node, Tag):
            return self.compile(node).run
        _, spellings = _known(self._table(node), node.name)
        return _reader(node.table == "XML1", spellings, "text")

    def _table(self, tag: Tag) -> Table:
        return self.decision.tables[1] if tag.table == "XML1" else self.table

    def _filled(self, node: Node) -> Function:
        if not isinstance(node, Tag):
            raise DefinitionError("filled() needs a tag")
        _, spellings = _known(self._table(node), node.name)

        def filled(place: Place) -> bool | None:
            values = place.summary if node.table == "XML1" else place.values
            texts = [values.get(one, "") for one in spellings]
            return None if UNJUDGED in texts else any(texts)

        return filled

    def _operation(self, sign: str, operands: list[Compiled]) -> Compiled:
        runs = [one.run for one in operands]
        if sign in _ARITHMETIC:
            if {one.kind for one in operands} != {"number"}:
                raise DefinitionError(f"{sign} needs numbers")
            return Compiled(_arithmetic(sign, *runs), "number")
        if sign == "and":
            return Compiled(_all(runs), "truth")
        if sign == "or":
            return Compiled(_any(runs), "truth")
        if sign == "not":
            return Compiled(_not(runs[0]), "truth")
        if sign == "in":
            return Compiled(_in(operands[0], operands[1:]), "truth")
        return Compiled(_compare(sign, *operands), "truth")


def _known(table: Table, name: str) -> tuple[str, tuple[str, ...]]:
    field = table.field_by_name.get(name)
    if field is None:
        raise DefinitionError(f"XML{table.number} has no tag {name}")
    kind = "text" if field.type == "string" else field.type
    return kind, (field.name, *field.aliases)


def _reader(of_summary: bool, spellings: tuple[str, ...], kind: str) -> Function:
    name, others = spellings[0], spellings[1:]

    def text(place: Place) -> str | None:
        values = place.summary if of_summary else place.values
        found = values.get(name) or next((values[one] for one in others if values.get(one)), None)
        return None if not found or found == UNJUDGED else found

    if kind != "number":
        return text

    def amount(place: Place) -> Decimal | None:
        values = place.summary if of_summary else place.values
        found = values.get(name) or next((values[one] for one in others if values.get(one)), "")
        return number(found)  # what is not there is no number either

    return amount


def _arithmetic(sign: str, left: Function, right: Function) -> Function:
    apply = _ARITHMETIC[sign]

    def run(place: Place) -> Decimal | None:
        a = left(place)
        if a is None:
            return None
        b = right(place)
        return None if b is None or (sign == "/" and not b) else apply(a, b)

    return run


def _all(runs: list[Function]) -> Function:
    def run(place: Place) -> bool | None:
        answer: bool | None = True
        for one in runs:
            found = one(place)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return run


def _any(runs: list[Function]) -> Function:
    def run(place: Place) -> bool | None:
        answer: bool | None = False
        for one in runs:
            found = one(place)
            if found:
                return True
            if found is None:
                answer = None
        return answer

    return run


def _not(inner: Function) -> Function:
    def run(place: Place) -> bool | None:
        found = inner(place)
        return None if found is None else not found

    return run


def _in(wanted: Compiled, listed: list[Compiled]) -> Function:
    if not all(isinstance(one.run(_NOWHERE), Decimal | str) for one in listed):
        raise DefinitionError("a list holds plain values")
    allowed = frozenset(_as(wanted.kind, one.run(_NOWHERE)) for one in listed)
    read = wanted.run

    def run(place: Place) -> bool | None:
        found = read(place)
        return None if found is None else found in allowed

    return run


def _as(kind: str, value: Decimal | str) -> Decimal | str:
    """A plain value of a rule in the kind of the tag it is compared with: '01' is 1 where the tag is a number."""
    if kind == "number":
        return value if isinstance(value, Decimal) else Decimal(value)
    return str(value)


def _compare(sign: str, left: Compiled, right: Compiled) -> Function:
    apply, dates = _ORDER[sign], left.kind == right.kind == "date"
    if left.kind != right.kind:
        right = _in_kind_of(left, right)

    def run(place: Place) -> bool | None:
        a = left.run(place)
        if a is None:
            return None
        b = right.run(place)
        if b is None:
            return None
        if dates:  # a day and a minute are compared as days
            length = min(len(a), len(b))
            a, b = a[:length], b[:length]
        return apply(a, b)

    return run


def _in_kind_of(left: Compiled, right: Compiled) -> Compiled:
    """The right side in the kind of the left: a plain value, or a text that holds a number."""
    value = right.run(_NOWHERE)
    if isinstance(value, Decimal | str):
        same = _as(left.kind, value)
        return Compiled(lambda place: same, left.kind)
    if (left.kind, right.kind) != ("number", "text"):
        raise DefinitionError(f"a {left.kind} is compared with a {right.kind}")

    def run(place: Place) -> Decimal | None:
        text = right.run(place)
        return number(text) if text else None

    return Compiled(run, "number")


def _days(first: str, last: str) -> Decimal | None:
    """Whole days from one date to the other; the same day gives 0."""
    begin, end = moment(first), moment(last)
    return Decimal((end.date() - begin.date()).days) if begin and end else None


def _part(text: str, first: Decimal, last: Decimal) -> Decimal | None:
    return number(text[int(first) - 1 : int(last)])


_OF_NUMBERS = ("min", "max", "floor")
_NOWHERE = Place({}, {}, {}, {})
_FUNCTIONS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "min": ("number", min),
    "max": ("number", max),
    "floor": ("number", lambda value: Decimal(int(value))),
    "days": ("number", _days),
    "year": ("number", lambda text: Decimal(text[:4])),
    "digits": ("number", _part),
    "count": ("number", lambda text: Decimal(len(parts(text)))),
    "length": ("number", lambda text: Decimal(len(text))),
    "same_day": ("truth", lambda one, other: one[:8] == other[:8]),
    "same": ("truth", lambda one, other: one.casefold() == other.casefold()),
    "contains": ("truth", lambda text, code: code in parts(text)),
    "matches": ("truth", lambda text, pattern: re.fullmatch(pattern, text) is not None),
}
