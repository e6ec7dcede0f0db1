"""What is said of a question on its page: its comments, found by the question's canonical words.

The words are those of the answer's figures alone: what is asked, of when (as said, so that a chart of the last 12 months keeps its
comments), where (`own` told by its id), by which dimensions. How the answer is shown is not among them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.discussion.area import area_of, reads_all
from hoso.engines.statistics.discussion.comments import (
    LONGEST,
    Comment,
    Thread,
    change_comment,
    comments_on,
    count_on,
    write_comment,
)
from hoso.web.dhis2.system import own_units
from hoso.web.explorer.layout import LAYOUT_WORDS, with_words
from hoso.web.explorer.question import CHILDREN, DIMENSIONS, OWN, WORDS, listed, read_today
from hoso.web.explorer.reading import Explored, read_words
from hoso.web.routes import ActingRequest

LONGEST_ADDRESS = 4000


@dataclass(frozen=True, slots=True)
class Discussion:
    """`may_write`: whether every place of the question lies in the reader's area."""

    comments: Sequence[Comment]
    may_write: bool
    longest: int = LONGEST


def discussion_of(request: ActingRequest, explored: Explored) -> Discussion:
    thread = thread_of(request, explored)
    may = reads_all(request.actor, thread.area)
    return Discussion(comments_on(request.actor, thread) if may else [], may)


def comment_count(request: ActingRequest, explored: Explored) -> int:
    return count_on(request.actor, thread_of(request, explored))


def thread_of(request: ActingRequest, explored: Explored) -> Thread:
    words = explored.words
    told = {name: sorted(listed(words, name)) for name in DIMENSIONS} | {
        "place": sorted(_places(request, words)),
        "kept": sorted(explored.layout.dimensions),
        "aggregation": [words.get("aggregation", "")],
        "places": [explored.question.places],
    }
    text = "&".join(f"{name}={';'.join(values)}" for name, values in sorted(told.items()))
    return Thread(
        hashlib.sha256(text.encode()).digest(), area_of(one.number for one in explored.question.units.values())
    )


def comment(request: ActingRequest) -> HttpResponse:
    """POST `address` (of the Explorer), `text`. Raises HosoError HS3470 to HS3472, HS9004, and as `read_words`."""
    explored = asked_of(request)
    address = reverse("explore") + _lasting(request, explored)
    write_comment(request.actor, thread_of(request, explored), address, request.POST.get("text", ""))
    return HttpResponseRedirect(f"{reverse('explore')}{with_words(explored.words)}#comments")


def change(request: ActingRequest, number: UUID) -> HttpResponse:
    """POST `address`, `version`, `act` (edit, withdraw), `text`. Raises HosoError HS3471 to HS3473, HS9004."""
    explored, act, version = asked_of(request), request.POST.get("act", ""), request.POST.get("version", "")
    if act not in ("edit", "withdraw") or not version.isdigit():
        raise HosoError("HS9004", name="act, version", value=f"{act}, {version}"[:40])
    change_comment(request.actor, number, int(version[:9]), request.POST.get("text", "") if act == "edit" else None)
    return HttpResponseRedirect(f"{reverse('explore')}{with_words(explored.words)}#comments")


def asked_of(request: ActingRequest) -> Explored:
    """The question of a form's `address`. Raises HosoError HS9004, and as `read_words`."""
    address = request.POST.get("address", "")
    if len(address) > LONGEST_ADDRESS:
        raise HosoError("HS9004", name="address", value=address[:40])
    words = QueryDict(address.removeprefix("?"))
    for name in words.keys() - {*WORDS, *LAYOUT_WORDS}:
        raise HosoError("HS9004", name=name[:40], value=words[name][:40])
    return read_words(request, words, read_catalogue())


def _lasting(request: ActingRequest, explored: Explored) -> str:
    """The address by which everybody, on every day, asks the same: places by their ids, the day from which words count."""
    words = explored.words
    return with_words(words, place=_places(request, words), today=read_today(words).isoformat())


def _places(request: ActingRequest, words: QueryDict) -> list[str]:
    """The place words, `own` told by the ids that it means."""
    found: list[str] = []
    for text in listed(words, "place"):
        below = text.removeprefix(OWN)
        mine = text.startswith(OWN) and below in ("", CHILDREN)
        found += [uid + below for uid in own_units(request)] if mine else [text]
    return list(dict.fromkeys(found))
