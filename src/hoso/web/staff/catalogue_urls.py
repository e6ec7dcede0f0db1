"""Addresses of single entries of catalogues and of the corrections that people propose."""

from django.views.decorators.http import require_POST

from hoso.core.terminology.corrections import DECIDE, PROPOSE, PURPOSE
from hoso.web.routes import PUBLIC, route
from hoso.web.staff import catalogue_entries

urlpatterns = [
    route(
        "terminology/entry/",
        catalogue_entries.entry,
        name="catalogue_entry",
        permission="terminology.read",
        purpose=PUBLIC,
    ),
    route(
        "terminology/entry/correct/",
        require_POST(catalogue_entries.correct),
        name="correct_entry",
        permission=PROPOSE,
        purpose=PURPOSE,
    ),
    route(
        "terminology/corrections/",
        catalogue_entries.listed,
        name="catalogue_corrections",
        permission=PROPOSE,
        purpose=PURPOSE,
    ),
    route(
        "terminology/corrections/<int:number>/decide/",
        require_POST(catalogue_entries.decide),
        name="decide_correction",
        permission=DECIDE,
        purpose=PURPOSE,
    ),
]
