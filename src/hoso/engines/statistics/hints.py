"""Hints while a form is filled in: relations between its rows and within its dimensions that the figures break.

A hint never refuses: rows and relations are reconstructed. What is blank is not compared; it is not zero. The checks of a
form are data, so that a browser without a line judges by the very same ones (static/hoso/sheet_hints.js).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from hoso.engines.statistics.forms import Form, Row

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Hint:
    """What does not fit, in both languages; `rows` are the keys of the rows it is about."""

    vi: str
    en: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """The cells of `part` added up must be at most (or exactly) those of `whole`; with a blank one nothing is said.

    `vi` and `en` say what is wrong, with the two sums in the places of {part} and {whole}.
    """

    kind: Literal["sum", "at_most"]
    whole: tuple[Key, ...]
    part: tuple[Key, ...]
    vi: str
    en: str
    rows: tuple[str, ...]

    def hint(self, figures: Mapping[Key, Decimal]) -> Hint | None:
        """What to say of these figures; None where they fit, or are not all there."""
        whole, part = _sum_of(self.whole, figures), _sum_of(self.part, figures)
        if whole is None or part is None or not (part > whole or (self.kind == "sum" and part != whole)):
            return None
        vi, en = (text.replace("{part}", f"{part:f}").replace("{whole}", f"{whole:f}") for text in (self.vi, self.en))
        return Hint(vi, en, self.rows)


def hints_of(form: Form, figures: Mapping[Key, Decimal]) -> tuple[Hint, ...]:
    """Every relation of the form that the figures break, in the order of the form."""
    return tuple(hint for check in checks_of(form) if (hint := check.hint(figures)))


def checks_of(form: Form) -> tuple[Check, ...]:
    """Within the dimensions of single rows, then between rows."""
    return (*_within(form), *_between(form))


def whole_of(row: Row, figures: Mapping[Key, Decimal]) -> Decimal | None:
    """The row's figure without its breakdown; None where it is not all there, or the options do not add up to one."""
    cells = _whole_cells(row)
    return _sum_of(cells, figures) if cells else None


def _whole_cells(row: Row) -> tuple[Key, ...]:
    """The cells that make up a row's figure without its breakdown; none where its options do not add up to one."""
    if not row.dimensions:
        return ((row.key, ()),)
    if len(row.dimensions) > 1:
        return ()
    (dimension,) = row.dimensions
    if dimension.options[0].key == "total" or dimension.kind == "nested":
        return ((row.key, (dimension.options[0].key,)),)
    return tuple((row.key, (option.key,)) for option in dimension.options) if dimension.kind == "partition" else ()


def _sum_of(cells: tuple[Key, ...], figures: Mapping[Key, Decimal]) -> Decimal | None:
    there = [figure for cell in cells if (figure := figures.get(cell)) is not None]
    return sum(there, Decimal(0)) if len(there) == len(cells) else None


def _between(form: Form) -> Iterator[Check]:
    rows = {row.key: row for row in form.rows}
    for relation in form.relations:
        whole, parts = _whole_cells(rows[relation.whole]), [_whole_cells(rows[part]) for part in relation.parts]
        if not whole or not all(parts):
            continue
        left, right = rows[relation.whole], rows[relation.parts[0]]
        vi, en = (
            (
                f"“{right.title_vi}” ({{part}}) lớn hơn “{left.title_vi}” ({{whole}}).",
                f"“{right.title_en}” ({{part}}) is more than “{left.title_en}” ({{whole}}).",
            )
            if relation.kind == "at_most"
            else (
                f"“{left.title_vi}” ({{whole}}) khác tổng các dòng con ({{part}}).",
                f"“{left.title_en}” ({{whole}}) differs from the sum of its parts ({{part}}).",
            )
        )
        cells = tuple(cell for part in parts for cell in part)
        yield Check(relation.kind, whole, cells, vi, en, (relation.whole, *relation.parts))


def _within(form: Form) -> Iterator[Check]:
    """In one dimension: no option above the total; of nested ones each at most the one before."""
    for row in form.rows:
        if len(row.dimensions) != 1 or row.dimensions[0].kind == "partition":
            continue
        options = row.dimensions[0].options
        for place, option in enumerate(options[1:], 1):
            outer = options[place - 1] if row.dimensions[0].kind == "nested" else options[0]
            if outer.key != "total" and row.dimensions[0].kind != "nested":
                continue
            yield Check(
                "at_most",
                ((row.key, (outer.key,)),),
                ((row.key, (option.key,)),),
                f"“{row.title_vi}”: {option.title_vi} ({{part}}) lớn hơn {outer.title_vi} ({{whole}}).",
                f"“{row.title_en}”: {option.title_en} ({{part}}) is more than {outer.title_en} ({{whole}}).",
                (row.key,),
            )
