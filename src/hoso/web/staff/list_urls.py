"""Addresses of the pages of one kind of list."""

from django.urls import URLPattern

from hoso.engines.intake.given_lists.ledger import PURPOSE
from hoso.web.routes import View, route
from hoso.web.staff.given_lists import ListPages


def list_urls(before: str, pages: ListPages) -> list[URLPattern]:
    """All of them under one address; who may take such lists in may see them."""
    views: dict[str, tuple[str, View]] = {
        "all": ("", pages.lists), "template": ("template/", pages.empty), "one": ("<int:list_id>/", pages.one_list),
        "go": ("<int:list_id>/go/", pages.go), "report": ("<int:list_id>/report/", pages.report),
    }  # fmt: skip
    return [
        route(f"{before}{address}", view, name=pages.routes[key], permission=pages.kind.permission, purpose=PURPOSE)
        for key, (address, view) in views.items()
    ]
