"""One kind of result over time, opened under its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.engines.records import queries as records
from hoso.engines.records.models import ResultPoint
from hoso.web.asking import ask
from hoso.web.components.line_chart import line_chart
from hoso.web.components.range_bar import flag
from hoso.web.routes import ActingRequest


@dataclass(frozen=True)
class TrendRow:
    point: ResultPoint
    flag: str


def trend(request: ActingRequest, person_id: int) -> HttpResponse:
    """`?code=` the result, with `low`, `high`, `unit` and `name` as its row shows them."""
    code = request.GET.get("code", "")
    low, high = _bound(request, "low"), _bound(request, "high")
    points: Sequence[ResultPoint] = ask(
        request, lambda scope: records.trend(scope, person_id, code), person_id=person_id, about=f"results {code}"
    )
    ordered = sorted(points, key=lambda point: point.taken)
    unit, name = request.GET.get("unit", "")[:40], request.GET.get("name", "")[:200]
    numbers = [(point.taken, point.value) for point in ordered if point.value is not None]
    context = {
        "person_id": person_id,
        "name": name,
        "unit": unit,
        "rows": [TrendRow(point, flag(point.value, low, high)) for point in reversed(ordered)],
        "chart": line_chart(numbers, low, high, unit, name),
    }
    return render(request, "visits/trend.html", context)


def _bound(request: ActingRequest, name: str) -> Decimal | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        bound = Decimal(text)
    except InvalidOperation:
        bound = Decimal("NaN")
    if not bound.is_finite():
        raise HosoError("HS9004", name=name, value=text[:40])
    return bound
