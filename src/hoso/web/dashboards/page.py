"""A dashboard's page: its tiles, each asked for by itself, under one choice of place and period."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.web.dashboards.boards import Board, boards
from hoso.web.dhis2.asked_units import unit_tree
from hoso.web.dhis2.system import own_units
from hoso.web.explorer.figure_text import shown
from hoso.web.explorer.finding import RELATIVE
from hoso.web.explorer.layout import with_words
from hoso.web.explorer.mapping import map_of
from hoso.web.explorer.question import OWN
from hoso.web.explorer.reading import read_words
from hoso.web.explorer.table import PivotTable
from hoso.web.explorer.words import said
from hoso.web.routes import ActingRequest

CHOICES = ("place", "period")
PROVINCE = 1  # level of a place


def first(request: ActingRequest) -> HttpResponse:
    """GET: on to the dashboard that fits where the roles are held."""
    level = _level(request.actor)
    fitting = [key for key, one in boards().items() if one.level == level]
    key = next(iter([*fitting, *boards()]))
    return HttpResponseRedirect(reverse("dashboard", args=[key]))


def board(request: ActingRequest, key: str) -> HttpResponse:
    """GET `place` (an id; without it the own one) and `period`. Raises HosoError HS5454, HS9004."""
    told = _board(key)
    chosen = _choices(request, told)
    context = {
        "board": told, "boards": boards(), "places": _places(request), "periods": RELATIVE, **chosen,
        "tiles": [(one, with_words(one.words(**chosen))) for one in told.tiles.values()],
        "choice": "?" + urlencode(chosen),
    }  # fmt: skip
    return render(request, "dashboards/board.html", context)


def tile(request: ActingRequest, key: str, tile_key: str) -> HttpResponse:
    """GET one tile as a part of the page. Raises HosoError HS5454, HS9004, and as `ask_pivot`."""
    told = _board(key)
    if tile_key not in told.tiles:
        raise HosoError("HS5454", name=tile_key[:40])
    one = told.tiles[tile_key]
    explored = read_words(request, one.words(**_choices(request, told)), read_catalogue())
    pivot, layout = explored.pivot(request), explored.layout
    context = {
        "tile": one, "title": one.title, "pivot": pivot, "layout": layout, "table": PivotTable(pivot), "said": said(pivot),
        "address": with_words(explored.words), "one_figure": None if pivot.only is None else shown(pivot.only),
        "map": map_of(explored.question, pivot) if layout.show == "map" else None, "prefix": f"{one.key}-",
    }  # fmt: skip
    return render(request, "dashboards/tile.html", context)


def _board(key: str) -> Board:
    if key not in boards():
        raise HosoError("HS5454", name=key[:40])
    return boards()[key]


def _choices(request: ActingRequest, told: Board) -> dict[str, str]:
    for name in request.GET.keys() - {*CHOICES}:
        raise HosoError("HS9004", name=name[:40], value=request.GET[name][:40])
    period = request.GET.get("period") or told.period
    if period not in RELATIVE:
        raise HosoError("HS9004", name="period", value=period[:40])
    return {"place": request.GET.get("place") or OWN, "period": period}


def _places(request: ActingRequest) -> list[tuple[str, str]]:
    """The own units and those below them, to choose from: id, name."""
    tree = unit_tree()
    own = [tree[uid] for uid in own_units(request) if uid in tree]
    below = [tree[child["id"]] for one in own for child in one.thing["children"]]
    return [(one.thing["id"], one.thing["name"]) for one in [*own, *below]]


def _level(actor: Actor) -> str:
    """How much of the country the roles cover."""
    held = actor.assignments
    if any(one.place_id is None and one.facility_id is None for one in held):
        return "country"
    provinces = Place.objects.filter(pk__in=[one.place_id for one in held if one.place_id], level=PROVINCE)
    return "province" if provinces.exists() else "unit"
