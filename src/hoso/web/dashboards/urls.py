"""Addresses of the dashboards."""

from django.urls import URLPattern

from hoso.web.dashboards import page
from hoso.web.routes import View, route


def _figures(pattern: str, view: View, name: str) -> URLPattern:
    return route(f"dashboards/{pattern}", view, name=name, permission="statistics.read", purpose="statistics")


urlpatterns = [
    _figures("", page.first, "dashboards"),
    _figures("<slug:key>/", page.board, "dashboard"),
    _figures("<slug:key>/wall/", page.wall, "dashboard_wall"),
    _figures("<slug:key>/tiles/<slug:tile_key>/", page.tile, "dashboard_tile"),
]
