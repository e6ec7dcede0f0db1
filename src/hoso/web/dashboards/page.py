"""A dashboard's page: its tiles, each asked for by itself, under one choice of place and period; the same on a wall."""

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.web.dashboards.boards import boards
from hoso.web.dashboards.choices import Choice, chosen_words, period_choices, place_choices, read_choice
from hoso.web.dashboards.own_boards import every_board, find_board
from hoso.web.explorer.date_notes import notes_of, with_notes
from hoso.web.explorer.discussing import comment_count
from hoso.web.explorer.figure_text import shown
from hoso.web.explorer.layout import with_words
from hoso.web.explorer.points import drawn_on
from hoso.web.explorer.reading import read_words
from hoso.web.explorer.table import PivotTable
from hoso.web.explorer.words import rows_left_off, said
from hoso.web.routes import ActingRequest

PROVINCE = 1  # level of a place
TURNS = ("20", "10", "30", "60", "120")  # seconds a tile stands on the wall; the first is the usual


def first(request: ActingRequest) -> HttpResponse:
    """GET: on to the dashboard that fits where the roles are held."""
    level = _level(request.actor)
    fitting = [key for key, one in boards().items() if one.level == level]
    key = next(iter([*fitting, *boards()]))
    return HttpResponseRedirect(reverse("dashboard", args=[key]))


def board(request: ActingRequest, key: str) -> HttpResponse:
    """GET `place` (an id; without it the own one) and `period`. Raises HosoError HS5454, HS9004."""
    told = find_board(request.actor, key, "board")
    choice = read_choice(request, told.period)
    context = {
        "board": told, "boards": every_board(request.actor),
        "is_own": told.own is not None and told.own.owner_id == request.actor.account_id, "places": place_choices(request), "turns": TURNS,
        "periods": period_choices(date.today(), choice.period),
        "tiles": [(one, with_words(one.words(**choice.words))) for one in told.tiles.values()],
        **chosen(request, choice),
    }  # fmt: skip
    return render(request, "dashboards/board.html", context)


def wall(request: ActingRequest, key: str) -> HttpResponse:
    """GET `every` (seconds), `all` (1: through every board) and the words of a board: one tile after the other, large.

    Raises HosoError HS5454, HS9004.
    """
    told = find_board(request.actor, key, "board")
    choice = read_choice(request, told.period, ("every", "all"))
    every, through = request.GET.get("every") or TURNS[0], request.GET.get("all") or "0"
    if every not in TURNS or through not in ("0", "1"):
        raise HosoError("HS9004", name="every, all", value=f"{every}, {through}"[:40])
    turned = [told, *(one for one in every_board(request.actor).values() if through == "1" and one.key != told.key)]
    context = {
        "board": told, "every": every,
        "tiles": [(one, tile) for one in turned for tile in one.tiles.values()],
        **chosen(request, choice),
    }  # fmt: skip
    return render(request, "dashboards/wall.html", context)


def tile(request: ActingRequest, key: str, tile_key: str) -> HttpResponse:
    """GET one tile as a part of the page. Raises HosoError HS5454, HS9004, and as `ask_pivot`."""
    told = find_board(request.actor, key)
    if tile_key not in told.tiles or told.tiles[tile_key].text:
        raise HosoError("HS5454", name=tile_key[:40])
    one = told.tiles[tile_key]
    explored = read_words(request, one.words(**read_choice(request, told.period).words), read_catalogue())
    pivot, layout = explored.pivot(request), explored.layout
    notes = notes_of(request, explored.question)
    context = {
        "tile": one, "title": one.title, "pivot": pivot, "layout": layout, "table": PivotTable(pivot), "said": with_notes(said(pivot), notes), "left_off": rows_left_off(pivot), "notes": notes,
        "address": with_words(explored.words), "one_figure": None if pivot.only is None else shown(pivot.only),
        **drawn_on(explored.question, pivot), "prefix": f"{one.key}-",
        "comment_count": comment_count(request, explored),
    }  # fmt: skip
    return render(request, "dashboards/tile.html", context)


def chosen(request: ActingRequest, choice: Choice) -> dict[str, Any]:
    """What a template says of the choice."""
    today = date.today()
    return {
        **choice.words, "choice": "?" + urlencode(choice.words), "today": today,
        "chosen": chosen_words(request, choice, today),
    }  # fmt: skip


def _level(actor: Actor) -> str:
    """How much of the country the roles cover."""
    held = actor.assignments
    if any(one.place_id is None and one.facility_id is None for one in held):
        return "country"
    provinces = Place.objects.filter(pk__in=[one.place_id for one in held if one.place_id], level=PROVINCE)
    if provinces.exists():
        return "province"
    return "facility" if all(one.place_id is None for one in held) else "unit"
