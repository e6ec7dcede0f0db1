"""Boards and reports changed by users: a copy of one, a tile out of the Explorer, the page on which one is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import uuid4

from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from hoso.core.errors import HosoError
from hoso.core.places.models import Facility, Place
from hoso.engines.statistics.boards.actions import change_board, make_board, moved
from hoso.engines.statistics.boards.board import Area, BoardTile, OwnBoard, versions_of
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.web.dashboards.choices import period_choices, read_period
from hoso.web.dashboards.own_boards import find_board, key_of, own_board
from hoso.web.explorer.layout import LAYOUT_WORDS
from hoso.web.explorer.names import Words
from hoso.web.explorer.question import DIMENSIONS, WORDS
from hoso.web.explorer.reading import read_words
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

USUAL_PERIOD = "LAST_12_MONTHS"
LONGEST_ADDRESS = 4000
NOT_KEPT = ("place", "period", "filter", "today", "at")  # words of an address that a tile has not


def copy(request: ActingRequest, key: str) -> HttpResponse:
    """POST: a copy of a board that is seen, as an own one. Raises HosoError HS5454, HS5456."""
    told = find_board(request.actor, key)
    title = request.POST.get("title", "").strip() or spoken((f"{told.title[0]} (bản sao)", f"{told.title[1]} (copy)"))
    number = make_board(request.actor, title[:120], told.period, list(told.tiles.values()), told.kind)
    return HttpResponseRedirect(reverse("dashboard_edit", args=[key_of(number)]))


def add_tile(request: ActingRequest) -> HttpResponse:
    """POST `address` (of the Explorer), `title`, `board` (a key; empty for a new one).

    Raises HosoError HS5454 to HS5456, HS9004, and as `read_words` for a question that is none.
    """
    tile = _tile_of(request)
    key = request.POST.get("board", "")
    if key:
        board = own_board(request.actor, key)
        change_board(request.actor, board, replace(board, tiles=[*board.tiles, tile]))
    else:
        title = spoken(("Bảng của tôi", "My board"))
        key = key_of(make_board(request.actor, title, USUAL_PERIOD, [tile]))
    return HttpResponseRedirect(f"{reverse('dashboard_edit', args=[key])}#tile-{tile.key}")


def _tile_of(request: ActingRequest) -> BoardTile:
    address, title = request.POST.get("address", ""), request.POST.get("title", "").strip()
    if len(address) > LONGEST_ADDRESS:
        raise HosoError("HS9004", name="address", value=address[:40])
    words = QueryDict(address.removeprefix("?"), mutable=True)
    for name in words.keys() - {*WORDS, *LAYOUT_WORDS}:
        raise HosoError("HS9004", name=name[:40], value=words[name][:40])
    if not title or len(title) > 120:
        raise HosoError("HS9004", name="title", value=title[:40])
    read_words(request, words, read_catalogue())
    asked = {
        name: ";".join(words.getlist(name)) if name in DIMENSIONS else str(words[name])
        for name in words
        if name not in NOT_KEPT and (words[name] or name in ("rows", "columns"))
    }
    return BoardTile(uuid4().hex[:12], (title, title), asked, ";".join(words.getlist("place")))


def edit(request: ActingRequest, key: str) -> HttpResponse:
    """GET: the page on which an own board is changed; POST `act` and `version`: one change of the version that was looked at.

    Raises HosoError HS5454 to HS5457, HS9004.
    """
    board = own_board(request.actor, key)
    if request.method == "POST":
        return _change(request, key, board)
    context = {
        "board": board, "key": key, "roles": _roles(),
        "periods": period_choices(date.today(), board.period), "areas": _areas(request), "area": _area_word(board.area), "versions": versions_of(request.actor, board.id),
    }  # fmt: skip
    return render(request, "dashboards/edit.html", context)


def _change(request: ActingRequest, key: str, board: OwnBoard) -> HttpResponse:
    given = request.POST
    act, tile = given.get("act", ""), given.get("tile", "")
    if given.get("version") != str(board.version):
        raise HosoError("HS5455")
    if act not in ACTS:
        raise HosoError("HS9004", name="act", value=act[:40])
    now = ACTS[act](request, board)
    change_board(request.actor, board, now)
    if now.put_away:
        return HttpResponseRedirect(reverse("built_reports" if now.kind == "report" else "dashboards"))
    kept = any(one.key == tile for one in now.tiles)
    return HttpResponseRedirect(f"{reverse('dashboard_edit', args=[key])}{f'#tile-{tile}' if kept else ''}")


def _rename_tile(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    title, key = request.POST.get("title", "").strip(), request.POST.get("tile", "")
    if not 1 <= len(title) <= 120:
        raise HosoError("HS9004", name="title", value=title[:40])
    tiles = [replace(one, title=(title, title)) if one.key == key else one for one in board.tiles]
    return replace(board, tiles=tiles)


def _period(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    return replace(board, period=read_period(request.POST.get("period", "")))


def _add_text(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    part = BoardTile(uuid4().hex[:12], ("", ""), {}, "", text=_text(request))
    return replace(board, tiles=[*board.tiles, part])


def _rewrite(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    key, text = request.POST.get("tile", ""), _text(request)
    return replace(
        board, tiles=[replace(one, text=text) if one.key == key and one.text else one for one in board.tiles]
    )


def _text(request: ActingRequest) -> str:
    text = request.POST.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        raise HosoError("HS9004", name="text", value="")
    return text


def _remove(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    return replace(board, tiles=[one for one in board.tiles if one.key != request.POST.get("tile", "")])


def _share(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    role, word = request.POST.get("role", ""), request.POST.get("area", "")
    if not role:
        return replace(board, shared_role="", area=None)
    if role not in _roles() or word not in dict(_areas(request)):
        raise HosoError("HS9004", name="role, area", value=f"{role}, {word}"[:40])
    kind, _, number = word.partition(":")
    area = Area(int(number) if kind == "place" else None, int(number) if kind == "facility" else None)
    return replace(board, shared_role=role, area=area)


def _restore(request: ActingRequest, board: OwnBoard) -> OwnBoard:
    """As it was in an earlier version, as a new one; whom it is shared with stays as it is."""
    wanted = request.POST.get("of", "")
    found = next((one for one in versions_of(request.actor, board.id) if str(one.version) == wanted), None)
    if found is None:
        raise HosoError("HS9004", name="of", value=wanted[:40])
    return replace(board, title=found.title, period=found.period, tiles=found.tiles)


ACTS: dict[str, Callable[[ActingRequest, OwnBoard], OwnBoard]] = {
    "rename": lambda request, board: replace(board, title=request.POST.get("title", "").strip()),
    "rename_tile": _rename_tile,
    "period": _period,
    "add_text": _add_text,
    "rewrite": _rewrite,
    "earlier": lambda request, board: moved(board, request.POST.get("tile", ""), -1),
    "later": lambda request, board: moved(board, request.POST.get("tile", ""), 1),
    "remove": _remove,
    "share": _share,
    "restore": _restore,
    "put_away": lambda request, board: replace(board, put_away=True),
}


def _roles() -> dict[str, Words]:
    """Those that read statistics, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, title_vi, title_en FROM access_role WHERE 'statistics.read' = ANY (permissions) ORDER BY title_vi"
        )
        return {key: (vi, en) for key, vi, en in cursor.fetchall()}


def _areas(request: ActingRequest) -> list[tuple[str, str]]:
    """Where the own roles are held: the areas in which one may share, where those roles read statistics (the database looks)."""
    held = request.actor.assignments
    if any(one.place_id is None and one.facility_id is None for one in held):
        return [("everywhere", spoken(("Cả nước", "The whole country")))]
    places = Place.objects.filter(pk__in=[one.place_id for one in held if one.place_id])
    facilities = Facility.objects.filter(pk__in=[one.facility_id for one in held if one.facility_id])
    return [(f"place:{one.pk}", one.full_name) for one in places] + [
        (f"facility:{one.pk}", one.name) for one in facilities
    ]


def _area_word(area: Area | None) -> str:
    if area is None:
        return ""
    return (
        f"place:{area.place_id}"
        if area.place_id
        else f"facility:{area.facility_id}"
        if area.facility_id
        else "everywhere"
    )
