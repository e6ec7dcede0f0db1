"""Addresses of the Explorer; before those of the forms, whose addresses have as many parts."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.explorer import date_notes, discussing, export, figure_page, outlines, page
from hoso.web.routes import View, route


def _figures(pattern: str, view: View, name: str) -> URLPattern:
    return route(f"statistics/explore/{pattern}", view, name=name, permission="statistics.read", purpose="statistics")


urlpatterns = [
    _figures("", page.explore, "explore"),
    _figures("rows/", page.rows, "explore_rows"),
    _figures("find/", page.find, "explore_find"),
    _figures("figure/", figure_page.figure, "explore_figure"),
    _figures("outlines/<str:uid>/", outlines.outlines, "explore_outlines"),
    _figures("comments/", require_POST(discussing.comment), "explore_comment"),
    _figures("comments/<uuid:number>/", require_POST(discussing.change), "explore_comment_change"),
    _figures("notes/", require_POST(date_notes.add), "explore_note"),
    _figures("notes/<uuid:number>/withdraw/", require_POST(date_notes.withdraw), "explore_note_withdraw"),
    _figures("file.<str:kind>", export.file, "explore_file"),
]
