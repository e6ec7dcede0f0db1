"""The codes of a visit's lines, each once with the number of its lines: what the mapping desk counts. No person in it."""

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from hoso.engines.intake.local_codes.kinds import Kind, kinds
from hoso.engines.intake.sent import SentVisit, Values

CODE_LENGTH, TEXT_LENGTH = 100, 200
_LONG_NUMBER = re.compile(r"\d{9,}")  # a personal number, a card, a telephone


class SentCode(NamedTuple):
    """A code as a visit uses it. `said`: what its first line says beside it, in the order of `fields_of`."""

    kind: str
    code: str
    lines: int
    said: tuple[str, ...]


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The fields of a line that a sample holds."""
    fixed = (kind.name, kind.unit, kind.group)
    return tuple(name for name in (*fixed, *(one.field for one in kind.compared)) if name)


def sent_codes(sent: SentVisit, withheld: Container[tuple[int, int]]) -> list[SentCode]:
    """The codes of the lines that are filed; what is withheld from the record is not told here either."""
    names = [word for word in (sent.summary.get("HO_TEN", "").casefold(),) if word]
    found: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
    for kind in kinds().values():
        fields = fields_of(kind)
        for place, values in enumerate(sent.tables.get(kind.table, ()), start=1):
            if (kind.table, place) in withheld or (kind.only_groups and values.get(kind.group) not in kind.only_groups):
                continue
            for code in _codes(kind, values):
                known = found.get((kind.key, code))
                if known:
                    found[kind.key, code] = (known[0] + 1, known[1])
                else:
                    found[kind.key, code] = (1, tuple(_said(values.get(field, ""), names) for field in fields))
    return [SentCode(key, code, lines, said) for (key, code), (lines, said) in found.items()]


def _codes(kind: Kind, values: Values) -> Iterator[str]:
    text = values.get(kind.code, "")
    for part in text.split(kind.separator) if kind.separator else (text,):
        if (code := part.strip()) and len(code) <= CODE_LENGTH:
            yield code


def _said(text: str, names: list[str]) -> str:
    """The text, unless it names the patient or holds a number that could be somebody's."""
    if not text or _LONG_NUMBER.search(text) or any(name in text.casefold() for name in names):
        return ""
    return text[:TEXT_LENGTH]
