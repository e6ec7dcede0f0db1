"""Visits that were not filed because something essential is wrong, newest first."""

from django.http import HttpResponse
from django.shortcuts import render

from hoso.engines.intake import queries as intake
from hoso.engines.intake.models import VisitRow
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest

LIMIT = 100


def quarantine(request: ActingRequest) -> HttpResponse:
    """At most a hundred; the sender puts them right and sends again."""
    visits: list[VisitRow] = ask(
        request, lambda scope: list(intake.quarantined(scope, limit=LIMIT)), about="quarantine"
    )
    return render(request, "intake/quarantine.html", {"visits": visits, "cut": len(visits) == LIMIT})
