"""The Explorer: a question chosen by search, its answer as a table, chart or map, all from one address."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from hoso.core.errors import HosoError
from hoso.engines.statistics.boards.board import boards_seen
from hoso.web.dhis2.asked_units import unit_tree
from hoso.web.explorer.changes import changes
from hoso.web.explorer.date_notes import note_form, notes_of, with_notes
from hoso.web.explorer.discussing import discussion_of
from hoso.web.explorer.figure_text import shown
from hoso.web.explorer.finding import RELATIVE, Hit, find_data, find_periods, find_places
from hoso.web.explorer.layout import BETWEEN, moved, with_words
from hoso.web.explorer.league import league_of
from hoso.web.explorer.names import Names, Words
from hoso.web.explorer.pivot import Pivot
from hoso.web.explorer.points import drawn_on
from hoso.web.explorer.question import CHILDREN, LEVEL, OWN, listed, read_today
from hoso.web.explorer.reading import Explored, read_page
from hoso.web.explorer.table import DIMENSION_WORDS, PivotTable
from hoso.web.explorer.words import on_map, said
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

LONGEST_SEARCH, MOST_SORTS = 80, 60
FORM_WORDS = ("show", "sort", "order", "top", "change", "scale", "empty", "classes", "steps", "limits", "places")
ZONES: dict[str, Words] = {"rows": ("Hàng", "Rows"), "columns": ("Cột", "Columns"), "filters": ("Lọc", "Filters")}
SHOWN_WORDS: dict[str, Words] = {
    "table": ("Bảng", "Table"), "line": ("Đường", "Line"), "column": ("Cột", "Column"),
    "stacked": ("Cột chồng", "Stacked columns"), "area": ("Miền", "Area"), "bar": ("Thanh ngang", "Bar"),
    "pie": ("Tròn", "Pie"), "scatter": ("Phân tán, bong bóng", "Scatter, bubble"), "box": ("Hộp", "Box plot"),
    "funnel": ("Phễu, xếp hạng", "Funnel, league table"),
    "pyramid": ("Tháp dân số", "Population pyramid"), "heat": ("Lưới nhiệt", "Heat grid"), "calendar": ("Lịch nhiệt", "Heat calendar"),
    "years": ("So các năm", "Year over year"), "gauge": ("Đồng hồ", "Gauge"), "single": ("Một số", "Single value"),
    "map": ("Bản đồ", "Map"), "points": ("Bản đồ điểm", "Point map"),
}  # fmt: skip
REPORT: Words = ("báo cáo", "report")
MAP_WORDS: dict[str, Words] = {
    "reported": ("Như đã báo cáo", "As reported"), "today": ("Trên bản đồ hiện nay", "On today's map"),
}  # fmt: skip
CLASSING_WORDS: dict[str, Words] = {
    "quantile": ("Phân vị", "Quantile"), "equal": ("Khoảng đều", "Equal"), "natural": ("Ngắt tự nhiên", "Natural breaks"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """A dimension in a zone, with where it may go."""

    dimension: str
    name: Words
    moves: Sequence[tuple[str, Words, str]]
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item of the question, and the address without it; empty where it is the last one."""

    name: Words
    without: str


def explore(request: ActingRequest) -> HttpResponse:
    """GET the page of an address. Raises HosoError as `read_page` and `ask_pivot`."""
    explored = read_page(request)
    words, layout = explored.words, explored.layout
    pivot = explored.pivot(request)
    table = PivotTable(pivot)
    address = with_words(words)
    notes = notes_of(request, explored.question)
    context = {
        "explored": explored, "layout": layout, "pivot": pivot, "table": table, "address": address,
        "title": _title(explored, pivot.names), "said": with_notes(on_map(said(pivot), explored.question.on_todays_map), notes),
        "maps": MAP_WORDS, "asked_map": words.get("places", "reported"),
        "zones": [(zone, ZONES[zone], _chips(explored, zone)) for zone in ZONES],
        "choosers": [(name, DIMENSION_WORDS[name], _chosen(explored, name, pivot.names)) for name in ("data", "period", "place")],
        "keys": _keys_link(explored),
        "sorts": _sorts(explored, pivot),
        "shown": SHOWN_WORDS, "classing": CLASSING_WORDS,
        "hidden": [(name, words[name]) for name in words if name not in FORM_WORDS],
        "part_only": _part_only(request), "own_boards": _own_boards(request),
        "changes": changes(pivot), "league": league_of(pivot) if layout.show == "funnel" else None,
        **drawn_on(explored.question, pivot),
        "discussion": discussion_of(request, explored),
        "notes": notes, "note_form": note_form(request, explored.question),
        "one_figure": _alone(pivot) if layout.show == "single" else None,
    }  # fmt: skip
    return render(request, "explorer/page.html", context)


def rows(request: ActingRequest) -> JsonResponse:
    """Every row of the table as HTML, for one that is drawn where one scrolls to."""
    explored = read_page(request)
    return JsonResponse({"rows": list(PivotTable(explored.pivot(request)).every_row())})


def find(request: ActingRequest) -> HttpResponse:
    """GET `dimension`, `q` and the page's words: what may be chosen, each with the address that has it."""
    dimension, text = request.GET.get("dimension", ""), request.GET.get("q", "")[:LONGEST_SEARCH]
    words = request.GET.copy()
    for name in ("dimension", "q"):
        words.pop(name, None)
    found: list[Hit]
    if dimension == "data":
        found = find_data(text)
    elif dimension == "period":
        found = find_periods(text, read_today(words))
    elif dimension == "place":
        found = find_places(text, unit_tree())
    else:
        raise HosoError("HS9004", name="dimension", value=dimension[:40])
    chosen, page = listed(words, dimension), reverse("explore")
    hits = [
        (
            hit,
            page + with_words(words, **{dimension: hit.word}, at=None),
            "" if hit.word in chosen else page + with_words(words, **{dimension: [*chosen, hit.word]}, at=None),
        )
        for hit in found
    ]
    return render(request, "explorer/found.html", {"hits": hits, "text": text})


def _alone(pivot: Pivot) -> str | None:
    if pivot.only is None:
        return None
    return f"≈ {shown(pivot.only)}" if pivot.estimates else shown(pivot.only)


def _title(explored: Explored, names: Names) -> str:
    """What the figures are of: everything that the table itself does not tell."""
    parts = []
    for name in ("data", "period", "place"):
        if name in explored.layout.dimensions:
            continue
        known = {"data": names.items, "period": names.periods, "place": names.units}[name]
        chosen = [spoken(words) for words in known.values()]
        told = [spoken(_word(text, names)) for text in listed(explored.words, name)] if name != "data" else chosen
        parts.append(", ".join(chosen if len(chosen) <= 3 else told))
    if "data" in explored.layout.dimensions and len(names.items) == 1:
        parts.insert(0, spoken(next(iter(names.items.values()))))
    return " – ".join(part for part in parts if part) or spoken(("Số liệu thống kê", "Statistical figures"))


def _chips(explored: Explored, zone: str) -> list[Chip]:
    words, layout = explored.words, explored.layout
    there = {"rows": list(layout.rows), "columns": list(layout.columns), "filters": explored.filters}[zone]
    chips = []
    for place, name in enumerate(there):
        moves = [
            (one, ZONES[one], moved(words, layout, name, one))
            for one in ZONES
            if one != zone and _may(explored, name, one)
        ]
        swapped = zone != "filters"
        chips.append(
            Chip(
                name, DIMENSION_WORDS[name], moves,
                moved(words, layout, name, zone, place - 1) if swapped and place else "",
                moved(words, layout, name, zone, place + 1) if swapped and place < len(there) - 1 else "",
            )
        )  # fmt: skip
    return chips


def _may(explored: Explored, dimension: str, zone: str) -> bool:
    """Several data items are never answered as one, nor are keys that were chosen one by one."""
    if zone != "filters":
        return True
    if dimension == "data":
        return len(explored.question.items) == 1
    return dimension not in ("key", "attribute") or listed(explored.words, dimension) == ["*"]


def _chosen(explored: Explored, name: str, names: Names) -> list[Chosen]:
    texts = listed(explored.words, name)
    known = names.items if name == "data" else {}
    return [
        Chosen(
            known.get(text) or _word(text, names),
            with_words(explored.words, **{name: [one for one in texts if one != text]}, at=None) if len(texts) > 1 else "",
        )
        for text in texts
    ]  # fmt: skip


def _word(text: str, names: Names) -> Words:
    """What a word of the question is called."""
    if text in RELATIVE:
        return RELATIVE[text]
    if text == OWN:
        return "Đơn vị của tôi", "My place"
    if text == OWN + CHILDREN:
        return "Các đơn vị trực thuộc của tôi", "Units below mine"
    if text.startswith(LEVEL):
        levels = {"1": ("Cả nước", "Country"), "2": ("Các tỉnh", "Provinces"), "3": ("Các xã", "Communes")}
        return levels.get(text.removeprefix(LEVEL), ("Các cơ sở", "Facilities"))
    uid, below, _ = text.partition(CHILDREN)
    words = names.periods.get(uid) or names.units.get(uid) or _unit_name(uid)
    return (f"{words[0]}: các đơn vị trực thuộc", f"{words[1]}: units below") if below else words


def _unit_name(uid: str) -> Words:
    one = unit_tree().get(uid)
    return (one.thing["name"],) * 2 if one else (uid, uid)


def _keys_link(explored: Explored) -> tuple[bool, str]:
    """Whether the answer is broken down by keys, and the address where it is the other way."""
    there = bool(listed(explored.words, "key"))
    layout = explored.layout
    if there:
        rows, columns = ([one for one in zone if one != "key"] for zone in (layout.rows, layout.columns))
        return True, with_words(explored.words, key=None, rows=rows, columns=columns, sort=None, at=None)
    return False, with_words(explored.words, key="*", rows=[*layout.rows, "key"], sort=None)


def _sorts(explored: Explored, pivot: Pivot) -> list[tuple[str, str]]:
    """By which the rows may be ordered: the word, its name."""
    told = [("", spoken(("Như đã chọn", "As chosen"))), ("row", spoken(("Tên hàng", "Name of the row")))]
    if pivot.row_total:
        told.append(("total", spoken(("Tổng", "Total"))))
    columns = pivot.columns[:MOST_SORTS] if pivot.layout.columns else []
    told += [
        (BETWEEN.join(column), ", ".join(spoken(words) for words in pivot.words(pivot.layout.columns, column)))
        for column in columns
    ]
    return told


def _own_boards(request: ActingRequest) -> list[tuple[str, str]]:
    """Boards and reports to which the answer may be added: key, title."""
    return [
        (f"own-{one.id.hex}", one.title if one.kind == "board" else f"{one.title} ({spoken(REPORT)})")
        for one in boards_seen(request.actor)
        if one.owner_id == request.actor.account_id
    ]


def _part_only(request: ActingRequest) -> bool:
    """Whether the answer holds only a part of the country: the page says so."""
    return not any(one.place_id is None and one.facility_id is None for one in request.actor.assignments)
