"""Administrative units as they are and as they were; no personal data."""

from datetime import date

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.core.places import queries
from hoso.core.places.models import Place
from hoso.web.given_days import given_day
from hoso.web.menu import may
from hoso.web.routes import ActingRequest

BEFORE_THE_MERGER = date(2025, 6, 30)  # the last day of 63 provinces and of the districts


def day_of(request: ActingRequest) -> date:
    """`?on=` a day (yyyy-mm-dd), else today. Raises HosoError HS9004."""
    text = request.GET.get("on", "")
    return given_day("on", text) if text else timezone.localdate()


def places(request: ActingRequest) -> HttpResponse:
    """`?q=` units by name without accents, else the provinces of the day."""
    day, text = day_of(request), request.GET.get("q", "").strip()
    found = queries.find(text, day, limit=50) if text else _provinces(day)
    context: dict[str, object] = {
        "day": day,
        "text": text,
        "places": found,
        "before": BEFORE_THE_MERGER,
        "today": timezone.localdate(),
    }
    context["may_read_register"] = may(request.actor, "practitioner.read", "record_keeping")
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "places/rows.html" if fragment else "places/list.html", context)


def place(request: ActingRequest, place_id: int) -> HttpResponse:
    """One unit: what it holds on the day, what it came from and what became of it. Raises HosoError HS9002."""
    found = Place.objects.select_related("parent").filter(pk=place_id).first()
    if found is None:
        raise HosoError("HS9002")
    today = timezone.localdate()
    in_force = found.valid_from <= today and (found.valid_to is None or found.valid_to > today)
    day = today if in_force else max(found.valid_from, (found.valid_to or today) - date.resolution)
    context = {
        "place": found,
        "in_force": in_force,
        "day": day,
        "places": queries.children(found, day),
        "heirs": [] if in_force else queries.now(found),
        "forerunners": queries.then(found, BEFORE_THE_MERGER) if found.valid_from > BEFORE_THE_MERGER else [],
        "before": BEFORE_THE_MERGER,
    }
    return render(request, "places/place.html", context)


def _provinces(day: date) -> list[Place]:
    return list(
        Place.objects.filter(level=Place.Level.PROVINCE, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .order_by("code")
    )
