"""The month's report of oversight, on one page that prints."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.oversight.reporting import Report, month_report
from hoso.engines.oversight.sensing import sensors
from hoso.engines.oversight.tiers import tiers
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest


def report(request: ActingRequest) -> HttpResponse:
    """Of `?month=2026-11`, or the running month. Raises HosoError HS9004."""
    first = _month(request.GET.get("month", ""))
    found: Report = ask(
        request, lambda scope: month_report(scope, first), action="search", about=f"oversight report {first:%Y-%m}"
    )
    titles = {one.key: (one.title_vi, one.title_en) for one in sensors()}
    tier_titles = {one.key: (one.title_vi, one.title_en) for one in tiers().tiers}
    context = {
        "report": found, "uses": [(one, tier_titles.get(one.tier, ("", ""))) for one in found.uses],
        "yields": [(one, titles.get(one.sensor, (one.sensor, one.sensor))) for one in found.yields],
        "before": first - timedelta(days=1), "after": found.last + timedelta(days=1), "today": timezone.localdate(),
        "silent_keys": {one.key for one in found.silent},
    }  # fmt: skip
    return render(request, "oversight/report.html", context)


def _month(text: str) -> date:
    if not text:
        return timezone.localdate().replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise HosoError("HS9004", name="month", value=text[:40]) from error
