"""A report as it is printed: the words of its form at one time, and its figures. What is frozen is this."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection

from hoso.core.periods.periods import Period
from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.printed.grid import Grid, GridLine, grid_of
from hoso.engines.statistics.printed.layouts import Words, layouts
from hoso.engines.statistics.units import Unit

MINISTRY: Words = ("Bộ Y tế", "Ministry of Health")


@dataclass(frozen=True, slots=True)
class PrintedWords:
    """Everything on the paper but figures and signers, so that a later form, name or layout changes no old paper."""

    form: str
    code: str
    title: Words
    regime: Words
    notices: tuple[str, ...]  # that of the form or of its layout: not compared with the official text
    missing: Words
    unit: str
    unit_name: str
    above: Words  # the tier above the unit
    period: str
    start: date
    end: date
    corner: tuple[Words, ...]
    heading: tuple[Words, ...]
    lead: tuple[str, ...]
    signatures: tuple[Words, ...]
    grid: Grid

    def as_text(self) -> str:
        """Canonical JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)


def words_of(form: Form, unit: Unit, period: Period) -> PrintedWords:
    """The words of a report as its form, layout and unit are now."""
    layout = layouts()[form.layout]
    return PrintedWords(
        form.key, form.code, (form.title_vi, form.title_en), (form.regime.title_vi, form.regime.title_en),
        tuple(dict.fromkeys(one for one in (form.notice, form.regime.notice, layout.notice) if one)),
        (form.missing_vi, form.missing_en), unit.uid, unit.name, _above(unit, period), period.id, period.start,
        period.end, layout.corner, layout.heading, layout.lead, layout.signatures, grid_of(form, layout),
    )  # fmt: skip


def read_words(text: str) -> PrintedWords:
    """Those of `as_text`."""
    given: dict[str, Any] = json.loads(text)
    pairs = {name: tuple(map(tuple, given[name])) for name in ("corner", "heading", "signatures")}
    words = {name: tuple(given[name]) for name in ("title", "regime", "notices", "missing", "above", "lead")}
    days = {name: date.fromisoformat(given[name]) for name in ("start", "end")}
    lines = tuple(
        GridLine(**{**one, "title": tuple(one["title"]), "section": tuple(one["section"]),
                    "cells": tuple(map(tuple, one["cells"]))})
        for one in given["grid"]["lines"]
    )  # fmt: skip
    grid = Grid(tuple(map(tuple, given["grid"]["columns"])), lines)
    return PrintedWords(**{**given, **pairs, **words, **days, "grid": grid})


def _above(unit: Unit, period: Period) -> Words:
    """The province of a commune or facility; the ministry of a province."""
    if unit.tier == "province":
        return MINISTRY
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT full_name FROM places_place WHERE id = statistics_province_of(%s)", [unit.place_on(period.end)]
        )
        found = cursor.fetchone()
    return (found[0], found[0]) if found else ("", "")
