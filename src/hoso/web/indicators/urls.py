"""Addresses of the catalogue of indicators; before those of the forms."""

from hoso.web.indicators import catalogue_page, trial_page
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
]
