"""The little language in which rules are written: its words and how a text becomes a tree.

    SO_LUONG * DON_GIA_BV * TYLE_TT_DV / 100
    sum(XML3.THANH_TIEN_BV where MA_NHOM in [10, 11])
    filled(MA_DICH_VU) or filled(MA_VAT_TU)

A word in capitals is a tag of the line judged, XML1.NGAY_RA a tag of the summary, PACKAGE.MACSKCB one of the envelope,
a word in small letters a name the rule defines (`let`) or a function. Nothing is ever run as Python.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from hoso.core.definitions import DefinitionError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>[^']*)'|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Z][A-Z0-9_]*)?)"
    r"|(?P<sign><=|>=|!=|[-+*/=<>(),\[\]]))"
)
_COMPARISONS = ("<=", ">=", "!=", "=", "<", ">")


@dataclass(frozen=True, slots=True)
class Literal:
    value: Decimal | str


@dataclass(frozen=True, slots=True)
class Tag:
    """A value as sent; `table` is empty for the line judged, else XML1 or PACKAGE."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """A name that the rule defines under `let`."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with its operands: + - * / = != < <= > >= and or not in."""

    sign: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Total:
    """The sum (or `rows`, the count) over the lines of a table of one tag, of those lines that `where` holds for."""

    table: int
    name: str
    where: "Node | None"


Node = Literal | Tag | Word | Operation | Call | Total


def parse(text: str) -> Node:
    """The tree of an expression. Raises DefinitionError with the place where it cannot be read."""
    reader = _Reader(text)
    node = reader.either()
    reader.end()
    return node


class _Reader:
    """Recursive descent, one method for each level of binding, loosest first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text.rstrip()):
            match = _TOKEN.match(text, place)
            if match is None:
                raise self.wrong(f"cannot be read at “{text[place : place + 20]}”")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind]))
            place = match.end()
        self.at = 0

    def wrong(self, why: str) -> DefinitionError:
        return DefinitionError(f"rule “{self.text}”: {why}")

    def next_is(self, *words: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0] != "text" and self.tokens[self.at][1] in words

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self.wrong("ends too soon")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, word: str) -> None:
        if not self.next_is(word):
            raise self.wrong(f"“{word}” is missing")
        self.at += 1

    def end(self) -> None:
        if self.at != len(self.tokens):
            raise self.wrong(f"does not end before “{self.tokens[self.at][1]}”")

    def either(self) -> Node:
        parts = [self.both()]
        while self.next_is("or"):
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Operation("or", tuple(parts))

    def both(self) -> Node:
        parts = [self.negation()]
        while self.next_is("and"):
            self.take()
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Operation("and", tuple(parts))

    def negation(self) -> Node:
        if self.next_is("not"):
            self.take()
            return Operation("not", (self.negation(),))
        return self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        if self.next_is(*_COMPARISONS):
            sign = self.take()[1]
            return Operation(sign, (left, self.sum()))
        if self.next_is("in"):
            self.take()
            return Operation("in", (left, *self.listed()))
        return left

    def listed(self) -> list[Node]:
        self.expect("[")
        found = [self.sum()]
        while self.next_is(","):
            self.take()
            found.append(self.sum())
        self.expect("]")
        return found

    def sum(self) -> Node:
        node = self.product()
        while self.next_is("+", "-"):
            sign = self.take()[1]
            node = Operation(sign, (node, self.product()))
        return node

    def product(self) -> Node:
        node = self.atom()
        while self.next_is("*", "/"):
            sign = self.take()[1]
            node = Operation(sign, (node, self.atom()))
        return node

    def atom(self) -> Node:
        if self.next_is("("):
            self.take()
            node = self.either()
            self.expect(")")
            return node
        kind, word = self.take()
        if kind == "number":
            return Literal(Decimal(word))
        if kind == "text":
            return Literal(word)
        if kind != "name":
            raise self.wrong(f"“{word}” stands where a value should")
        return self.called(word) if self.next_is("(") else _named(word)

    def called(self, function: str) -> Node:
        self.take()
        if function == "sum":
            return self.total()
        arguments = [self.either()]
        while self.next_is(","):
            self.take()
            arguments.append(self.either())
        self.expect(")")
        return Call(function, tuple(arguments))

    def total(self) -> Node:
        tag = _named(self.take()[1])
        if not isinstance(tag, Tag) or not tag.table.startswith("XML"):
            raise self.wrong("sum() needs a table and a tag, such as XML2.T_BHTT")
        where = None
        if self.next_is("where"):
            self.take()
            where = self.either()
        self.expect(")")
        return Total(int(tag.table.removeprefix("XML")), tag.name, where)


def _named(word: str) -> Node:
    if word[0].islower():
        return Word(word)
    table, _, name = word.rpartition(".")
    return Tag(table, name)
