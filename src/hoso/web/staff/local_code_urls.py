"""Addresses of the mapping desk. No page of it names a person."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.routes import View, route
from hoso.web.staff import local_codes

PURPOSE = "record_keeping"


def _read(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="package.read", purpose=PURPOSE)


urlpatterns = [
    _read("intake/codes/", local_codes.local_codes, "local_codes"),
    _read("intake/codes/<int:code_id>/", local_codes.local_code, "local_code"),
    _read("intake/codes/approvals/", local_codes.approvals, "mapping_approvals"),
    _read("intake/codes/yield/", local_codes.coverage, "mapping_yield"),
    route(
        "intake/codes/<int:code_id>/propose/",
        require_POST(local_codes.propose),
        name="propose_mapping",
        permission="mapping.propose",
        purpose=PURPOSE,
    ),
    route(
        "intake/codes/mappings/<int:mapping_id>/decide/",
        require_POST(local_codes.decide),
        name="decide_mapping",
        permission="mapping.approve",
        purpose=PURPOSE,
    ),
]
