"""Addresses of the catalogue of indicators; before those of the forms."""

from django.views.decorators.http import require_POST

from hoso.web.indicators import catalogue_page, keeping, trial_page
from hoso.web.routes import route

urlpatterns = [
    route(
        "statistics/indicators/",
        catalogue_page.indicators_page,
        name="indicators",
        permission="statistics.read",
        purpose="statistics",
    ),
    route(
        "statistics/indicators/trial/",
        trial_page.trial,
        name="indicator_trial",
        permission="statistics.read",
        purpose="statistics",
    ),
    route(
        "statistics/indicators/keep/",
        require_POST(keeping.keep),
        name="keep_indicator",
        permission="statistics.define",
        purpose="statistics",
    ),
    route(
        "statistics/indicators/retire/",
        require_POST(keeping.retire),
        name="retire_indicator",
        permission="statistics.define",
        purpose="statistics",
    ),
]
