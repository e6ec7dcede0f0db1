"""The desk's page of yearly summaries: lay a year down, look at it as the public will, publish what somebody else laid down."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.engines.oversight.years import Year, lay_down, publish, years_at_the_desk
from hoso.web.asking import ask
from hoso.web.oversight_summary import shown
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def years(request: ActingRequest) -> HttpResponse:
    """Every version of every year."""
    found: list[Year] = ask(request, years_at_the_desk, action="search", about="oversight years")
    context = {
        "years": [(year, shown(year)) for year in found],
        "last_year": timezone.localdate().year - 1,
        "own": request.actor.account_id,
    }
    return render(request, "oversight/years.html", context)


def lay_year_down(request: ActingRequest) -> HttpResponse:
    """Count the year anew. Raises HosoError HS8036, HS9004."""
    text = request.POST.get("year", "")
    if not (text.isdecimal() and len(text) == 4):
        raise HosoError("HS9004", name="year", value=text[:40])
    lay_down(request.actor, int(text))
    messages.success(
        request,
        spoken((f"Đã lập bản tổng hợp năm {text}; cần một người giám sát khác công bố.",
                f"The summary of {text} is laid down; another officer has to publish it.")),
    )  # fmt: skip
    return redirect("oversight_years")


def publish_year(request: ActingRequest, year_id: int) -> HttpResponse:
    """Publish what somebody else laid down. Raises HosoError HS8022, HS8037."""
    year = publish(request.actor, year_id)
    messages.success(
        request, spoken((f"Đã công bố tổng hợp năm {year.year}.", f"The summary of {year.year} is published."))
    )
    return redirect("oversight_years")
