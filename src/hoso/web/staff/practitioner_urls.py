"""Addresses of the register of practitioners."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.engines.intake.practitioners.kind import MANAGE, READ
from hoso.web.routes import View, route
from hoso.web.staff import practitioner_lists, practitioners
from hoso.web.staff.list_urls import list_urls

PURPOSE = "record_keeping"
_ONE = "practitioners/<int:practitioner_id>/"


def _read(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission=READ, purpose=PURPOSE)


def _act(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, require_POST(view), name=name, permission=MANAGE, purpose=PURPOSE)


urlpatterns = [
    *list_urls("practitioners/lists/", practitioner_lists.PAGES),
    _read("practitioners/", practitioners.practitioners, "practitioners"),
    _read(_ONE, practitioners.one_practitioner, "practitioner"),
    _act(f"{_ONE}licences/<int:licence_id>/suspend/", practitioners.suspend, "suspend_licence"),
    _act(f"{_ONE}licences/<int:licence_id>/withdraw/", practitioners.withdraw, "withdraw_licence"),
    _act(f"{_ONE}suspensions/<int:suspension_id>/end/", practitioners.end_suspension, "end_suspension"),
    _act(f"{_ONE}places/<int:place_id>/end/", practitioners.end_place, "end_place_of_practice"),
]
