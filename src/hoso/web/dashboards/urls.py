"""Addresses of the dashboards."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.dashboards import changing, page
from hoso.web.routes import View, route


def _figures(pattern: str, view: View, name: str) -> URLPattern:
    return route(f"dashboards/{pattern}", view, name=name, permission="statistics.read", purpose="statistics")


urlpatterns = [
    _figures("", page.first, "dashboards"),
    _figures("add-tile/", require_POST(changing.add_tile), "dashboard_add_tile"),
    _figures("<slug:key>/copy/", require_POST(changing.copy), "dashboard_copy"),
    _figures("<slug:key>/edit/", changing.edit, "dashboard_edit"),
    _figures("<slug:key>/", page.board, "dashboard"),
    _figures("<slug:key>/wall/", page.wall, "dashboard_wall"),
    _figures("<slug:key>/tiles/<slug:tile_key>/", page.tile, "dashboard_tile"),
]
