"""Hints while a form is filled in: relations between its rows and within its dimensions that the figures break.

A hint never refuses: rows and relations are reconstructed. What is blank is not compared; it is not zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from hoso.engines.statistics.forms import Form, Row

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Hint:
    """What does not fit, in both languages; `rows` are the keys of the rows it is about."""

    vi: str
    en: str
    rows: tuple[str, ...]


def hints_of(form: Form, figures: Mapping[Key, Decimal]) -> tuple[Hint, ...]:
    """Every relation of the form that the figures break, in the order of the form."""
    rows = {row.key: row for row in form.rows}
    wholes = {key: whole_of(row, figures) for key, row in rows.items()}
    return (*_within(form, figures), *_between(form, rows, wholes))


def whole_of(row: Row, figures: Mapping[Key, Decimal]) -> Decimal | None:
    """The row's figure without its breakdown; None where it is not all there, or the options do not add up to one."""
    if not row.dimensions:
        return figures.get((row.key, ()))
    if len(row.dimensions) > 1:
        return None
    (dimension,) = row.dimensions
    if dimension.options[0].key == "total" or dimension.kind == "nested":
        return figures.get((row.key, (dimension.options[0].key,)))
    if dimension.kind != "partition":
        return None
    parts = [figures.get((row.key, (option.key,))) for option in dimension.options]
    there = [part for part in parts if part is not None]
    return sum(there, Decimal(0)) if len(there) == len(parts) else None


def _between(form: Form, rows: Mapping[str, Row], wholes: Mapping[str, Decimal | None]) -> Iterator[Hint]:
    for relation in form.relations:
        whole, parts = wholes[relation.whole], [wholes[part] for part in relation.parts]
        there = [part for part in parts if part is not None]
        if whole is None or len(there) != len(parts):
            continue
        left, right = rows[relation.whole], [rows[part] for part in relation.parts]
        names = (relation.whole, *relation.parts)
        total = sum(there, Decimal(0))
        if relation.kind == "at_most" and total > whole:
            yield Hint(
                f"“{right[0].title_vi}” ({total:f}) lớn hơn “{left.title_vi}” ({whole:f}).",
                f"“{right[0].title_en}” ({total:f}) is more than “{left.title_en}” ({whole:f}).",
                names,
            )
        elif relation.kind == "sum" and total != whole:
            yield Hint(
                f"“{left.title_vi}” ({whole:f}) khác tổng các dòng con ({total:f}).",
                f"“{left.title_en}” ({whole:f}) differs from the sum of its parts ({total:f}).",
                names,
            )


def _within(form: Form, figures: Mapping[Key, Decimal]) -> Iterator[Hint]:
    """In one dimension: no option above the total; of nested ones each at most the one before."""
    for row in form.rows:
        if len(row.dimensions) != 1 or row.dimensions[0].kind == "partition":
            continue
        options = row.dimensions[0].options
        for place, option in enumerate(options[1:], 1):
            outer = options[place - 1] if row.dimensions[0].kind == "nested" else options[0]
            if outer.key != "total" and row.dimensions[0].kind != "nested":
                continue
            whole, part = figures.get((row.key, (outer.key,))), figures.get((row.key, (option.key,)))
            if whole is not None and part is not None and part > whole:
                yield Hint(
                    f"“{row.title_vi}”: {option.title_vi} ({part:f}) lớn hơn {outer.title_vi} ({whole:f}).",
                    f"“{row.title_en}”: {option.title_en} ({part:f}) is more than {outer.title_en} ({whole:f}).",
                    (row.key,),
                )
