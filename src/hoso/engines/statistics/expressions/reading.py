"""From the text of a formula to its tree, after DHIS2's grammar.

From loose to tight: or, and, = and ≠, comparison, + and -, * / %, sign and not, power. Powers of powers are worked out
from the left, and a sign before a power is that of the result: -3^2 is -9.
"""

import re
from collections.abc import Callable, Mapping

from hoso.core.errors import HosoError
from hoso.engines.statistics.expressions.functions import ARITY
from hoso.engines.statistics.expressions.tree import Binary, Call, Item, Literal, Node, Unary
from hoso.engines.statistics.expressions.vectors import VECTORS

LONGEST, DEEPEST = 20_000, 60
TOKENS = re.compile(
    r"""(?P<space>(?:\s|/\*.*?\*/)+)
    |(?P<item>(?:\#|[A-Z]{1,3})\{[^{}]*\}|\[[A-Za-z]+\])
    |(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>(?:d2:)?[A-Za-z_][A-Za-z0-9_]*)
    |(?P<modifier>\.[A-Za-z]+(?=\())
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%^()<>!,])""",
    re.VERBOSE | re.DOTALL,
)
LEVELS: tuple[dict[str, str], ...] = (
    {"||": "or", "or": "or"},
    {"&&": "and", "and": "and"},
    {"==": "==", "!=": "!="},
    {"<": "<", ">": ">", "<=": "<=", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
)
VECTOR_ARITY = {name: (fewest, most) for name, (fewest, most, _) in VECTORS.items()}
SIGNS = {"-": "-", "+": "+", "!": "not", "not": "not"}
WORDS = {"true": True, "false": False, "null": None}
ITEM_KINDS = frozenset({"#", "I", "R", "N", "C", "OUG", "[]"})
MODIFIERS = frozenset({"periodOffset", "yearToDate", "aggregationType", "minDate", "maxDate"})


def read_formula(text: str, *, over_samples: bool = False) -> Node:
    """Read a formula; only one that is worked out over samples may have functions of them (`avg`, `median`, …).

    Raises HosoError HS7030 with the place where it is not understood.
    """
    if len(text) > LONGEST:
        raise HosoError("HS7030", place=LONGEST, found="…")
    return _Reader(text, ARITY | VECTOR_ARITY if over_samples else ARITY).whole()


class _Reader:
    def __init__(self, text: str, arity: Mapping[str, tuple[int, int]]) -> None:
        self._text = text
        self._arity = arity
        self._tokens = list(self._split(text))
        self._at = 0
        self._depth = 0

    def _split(self, text: str) -> "list[tuple[str, str, int]]":
        tokens, place = [], 0
        while place < len(text):
            found = TOKENS.match(text, place)
            if found is None:
                raise HosoError("HS7030", place=place + 1, found=text[place : place + 20])
            if found.lastgroup != "space":
                tokens.append((found.lastgroup or "", found.group(), place))
            place = found.end()
        return tokens

    def whole(self) -> Node:
        node = self._level(0)
        if self._at < len(self._tokens):
            raise self._wrong()
        return node

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _wrong(self) -> HosoError:
        place = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)
        return HosoError("HS7030", place=place + 1, found=self._text[place : place + 20] or "∎")

    def _level(self, number: int) -> Node:
        if number == len(LEVELS):
            return self._signed()
        left = self._level(number + 1)
        while (operator := LEVELS[number].get(self._peek())) is not None:
            self._at += 1
            left = Binary(operator, left, self._level(number + 1))
        return left

    def _signed(self) -> Node:
        operator = SIGNS.get(self._peek())
        if operator is None:
            return self._power()
        self._at += 1
        return Unary(operator, self._deeper(self._signed))

    def _power(self) -> Node:
        left = self._single()
        while self._peek() == "^":
            self._at += 1
            left = Binary("^", left, self._exponent())
        return left

    def _exponent(self) -> Node:
        operator = SIGNS.get(self._peek())
        if operator is None:
            return self._single()
        self._at += 1
        return Unary(operator, self._deeper(self._exponent))

    def _single(self) -> Node:
        if self._at >= len(self._tokens):
            raise self._wrong()
        kind, word, _ = self._tokens[self._at]
        if word == "(":
            self._at += 1
            inner = self._deeper(lambda: self._level(0))
            self._take(")")
            return inner
        if kind == "number":
            self._at += 1
            return Literal(float(word))
        if kind == "text":
            self._at += 1
            return Literal(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "item":
            return self._item(word)
        if kind == "name":
            return self._named(word)
        raise self._wrong()

    def _named(self, word: str) -> Node:
        if word in WORDS:
            self._at += 1
            return Literal(WORDS[word])
        if word not in self._arity:
            raise self._wrong()
        self._at += 1
        self._take("(")
        arguments: list[Node] = []
        while self._peek() != ")":
            if arguments:
                self._take(",")
            arguments.append(self._deeper(lambda: self._level(0)))
        fewest, most = self._arity[word]
        if not fewest <= len(arguments) <= most:
            raise self._wrong()
        self._at += 1
        return Call(word, tuple(arguments))

    def _item(self, word: str) -> Node:
        kind, _, inside = word.partition("{")
        kind, inside = ("[]", word[1:-1]) if word.startswith("[") else (kind, inside[:-1])
        if kind not in ITEM_KINDS:
            raise self._wrong()
        self._at += 1
        modifiers = []
        while self._at < len(self._tokens) and self._tokens[self._at][0] == "modifier":
            modifiers.append(self._modifier())
        return Item(kind, inside.strip(), tuple(modifiers))

    def _modifier(self) -> tuple[str, tuple[str, ...]]:
        name = self._peek()[1:]
        if name not in MODIFIERS:
            raise self._wrong()
        self._at += 1
        self._take("(")
        words: list[str] = []
        while self._peek() != ")":
            if self._at >= len(self._tokens):
                raise self._wrong()
            words.append(self._peek())
            self._at += 1
        self._at += 1
        return name, tuple("".join(words).split(",")) if words else ()

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._wrong()
        self._at += 1

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong()
        try:
            return read()
        finally:
            self._depth -= 1
