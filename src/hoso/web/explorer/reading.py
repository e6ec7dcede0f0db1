"""The question and layout of a page's address; without an address of one's own, a question worth a first look."""

from dataclasses import dataclass

from django.db import connection
from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.uids import uid_of
from hoso.web.explorer.layout import LAYOUT_WORDS, Layout, read_layout
from hoso.web.explorer.pivot import Pivot, ask_pivot
from hoso.web.explorer.question import DIMENSIONS, WORDS, Question, listed, read_question
from hoso.web.routes import ActingRequest, WithActor

FIRST_ELEMENT = uid_of("element:DELIV")  # women delivered: reported every month by every commune


@dataclass(frozen=True, slots=True)
class Explored:
    """`words`: the whole state, with what was not said filled in."""

    words: QueryDict
    question: Question
    layout: Layout
    catalogue: Catalogue

    def pivot(self, request: WithActor, action: str = "read") -> Pivot:
        return ask_pivot(request.actor, self.question, self.layout, self.catalogue, action)

    @property
    def filters(self) -> list[str]:
        """Dimensions that are answered as one."""
        named = [name for name in DIMENSIONS if listed(self.words, name)]
        return [name for name in named if name not in self.layout.dimensions]


def read_page(request: ActingRequest) -> Explored:
    """Raises HosoError HS9004 for words nobody knows, and as `read_question`, `read_layout`."""
    for name in request.GET.keys() - {*WORDS, *LAYOUT_WORDS}:
        raise HosoError("HS9004", name=name[:40], value=request.GET[name][:40])
    catalogue = read_catalogue()
    return read_words(request, _with_first_words(request, catalogue), catalogue)


def read_words(request: WithActor, words: QueryDict, catalogue: Catalogue) -> Explored:
    """Of words that leave nothing out. Raises HosoError as `read_question`, `read_layout`."""
    layout = read_layout(words)
    asked = words.copy()
    named = [name for name in DIMENSIONS if listed(words, name)]
    asked["filter"] = ";".join(name for name in named if name not in layout.dimensions)
    for name in layout.dimensions:
        if name not in named:
            raise HosoError("HS5451", what=name)
    return Explored(words, read_question(request, asked, catalogue), layout, catalogue)


def _with_first_words(request: ActingRequest, catalogue: Catalogue) -> QueryDict:
    words = request.GET.copy()
    words.pop("filter", None)
    for name in [name for name in words if not words[name] and name not in ("rows", "columns")]:
        words.pop(name)
    if not listed(words, "data"):
        first = FIRST_ELEMENT if catalogue.find("element", "uid", FIRST_ELEMENT) else _any_element()
        words["data"] = first
    if not listed(words, "period"):
        words["period"] = "LAST_12_MONTHS"
    if not listed(words, "place"):
        words["place"] = "own/children" if _has_places_below(request) else "own"
    if "rows" not in words and "columns" not in words:
        words["rows"], words["columns"] = "place", "period"
        if len(listed(words, "data")) > 1:
            words["rows"] = "place;data"
    elif len(listed(words, "data")) > 1 and "data" not in listed(words, "rows") + listed(words, "columns"):
        words["rows"] = ";".join([*listed(words, "rows"), "data"])  # several items are never answered as one
    return words


def _has_places_below(request: ActingRequest) -> bool:
    """Whether the roles are held at more than communes and facilities."""
    places = [one.place_id for one in request.actor.assignments]
    if any(one.place_id is None and one.facility_id is None for one in request.actor.assignments):
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM places_place WHERE id = ANY (%s) AND level = 1)", [places])
        return bool(cursor.fetchone()[0])


def _any_element() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM statistics_element WHERE aggregation <> 'none' ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    return str(row[0]) if row else ""
