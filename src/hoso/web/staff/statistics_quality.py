"""The board of quality: what does not fit in the reported figures, with the way to the cell where it stands."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.http import HttpResponse
from django.shortcuts import render

from hoso.engines.statistics.deadlines.board import BoardFilter, read_board
from hoso.engines.statistics.forms import Row
from hoso.engines.statistics.hints import Key
from hoso.engines.statistics.quality.board import QualityFilter, forms_of_month, read_quality
from hoso.engines.statistics.quality.findings import BlankFinding, OutlierFinding, RuleFinding
from hoso.engines.statistics.quality.integrity import check_integrity
from hoso.engines.statistics.quality.outliers import METHODS
from hoso.engines.statistics.units import provinces_today
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import period_title
from hoso.web.staff.statistics_deadlines import month_of

TENTH = Decimal("0.1")
IMPORTANCE = {"high": ("quan trọng", "high"), "medium": ("vừa", "medium"), "low": ("nhẹ", "low")}


def board(request: ActingRequest) -> HttpResponse:
    """GET `?month=YYYY-MM&under=&form=&method=`; without a month the last one that is over.
    Raises HosoError: HS9004 for a month that is none, and as `read_quality`."""
    wanted = _wanted(request)
    found = read_quality(request.actor, wanted)
    come = read_board(request.actor, BoardFilter(wanted.month, under=found.under)).totals
    expected = sum(come.values())
    context = {
        "board": found,
        "wanted": wanted,
        "month": f"{wanted.month:%Y-%m}",
        "title": period_title(found.period),
        "methods": METHODS,
        "forms": forms_of_month(wanted.month),
        "provinces": provinces_today() if found.everywhere else [],
        "expected": expected,
        "come": come["on_time"] + come["late"],
        "on_time": come["on_time"],
        "broken": [_rule(one) for one in found.broken],
        "outliers": [_outlier(one) for one in found.outliers],
        "blank": [_blank(one) for one in found.blank],
    }
    return render(request, "statistics/quality.html", context)


def integrity(request: ActingRequest) -> HttpResponse:
    """Whether the catalogue is in order, what is not first. Raises HosoError HS2001."""
    checked = sorted(check_integrity(request.actor), key=lambda one: one.found == 0)
    return render(request, "statistics/integrity.html", {"checked": checked})


def _wanted(request: ActingRequest) -> QualityFilter:
    query = request.GET
    month: date = month_of(query.get("month", ""))
    return QualityFilter(
        month, query.get("under", ""), query.get("form", ""), query.get("method", "") or "modified_z_score"
    )


def cell_name(key: Key) -> str:
    """What a figure's field is called on the form, as `sheet.html` has it."""
    return f"{key[0]}.{','.join(key[1])}"


def _rule(found: RuleFinding) -> dict[str, object]:
    return {
        "one": found,
        "title": period_title(found.period),
        "importance": IMPORTANCE[found.importance],
        "cells": [(form, row, cell_name(_first(row))) for form, row in found.cells],
    }


def _outlier(found: OutlierFinding) -> dict[str, object]:
    key = (found.row.key, tuple(option.key for option in found.options))
    low, high = max(found.score.low, Decimal(0)), found.score.high
    return {
        "one": found,
        "title": period_title(found.period),
        "cell": cell_name(key),
        "low": low.quantize(TENTH, ROUND_CEILING),
        "high": high.quantize(TENTH, ROUND_FLOOR),
    }


def _blank(found: BlankFinding) -> dict[str, object]:
    return {"one": found, "title": period_title(found.period), "missing": found.cells - found.filled}


def _first(row: Row) -> Key:
    return row.key, tuple(dimension.options[0].key for dimension in row.dimensions)
