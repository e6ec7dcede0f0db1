"""How one figure of a table came about: its formula, its facts, and who entered them."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.explained import Explained, explain
from hoso.engines.statistics.analytics.facts import EQUAL
from hoso.engines.statistics.analytics.record_counts import RECORD
from hoso.web.explorer.asked import key_of
from hoso.web.explorer.layout import with_words
from hoso.web.explorer.names import RATE_WORDS, RECORD_WORDS, WAY_WORDS, Words, item_names, names_of
from hoso.web.explorer.reading import read_page
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import title_of_id

_LABELS = {**RATE_WORDS, **{f"{RECORD}.{name}": words for name, words in RECORD_WORDS.items()}}
Part = tuple[int, Explained, Words, Words, list[tuple[object, Words]]]


def figure(request: ActingRequest) -> HttpResponse:
    """GET the page's words, narrowed to one figure; for a script the part of the page that tells it.

    Raises HosoError as `explain`, HS5453 where there is no such figure.
    """
    explored = read_page(request)
    question = explored.question
    found = explain(request.actor, question.items, question.scope, explored.catalogue)
    if not found:
        raise HosoError("HS5453")
    names = names_of(question, (one for one, _ in found))
    dimensions = question.dimensions
    figures = []
    for one, told in found:
        labels = zip(dimensions, key_of(one.item, one.cell, dimensions, names), strict=True)
        figures.append((one, [names.of(name, label) for name, label in labels], list(_parts(told))))
    page = "figure.html" if request.headers.get("HX-Request") else "figure_page.html"
    todays_map = question.on_todays_map
    context = {"figures": figures, "address": with_words(explored.words), "todays_map": todays_map, "equal": EQUAL}
    return render(request, f"explorer/{page}", context)


def _parts(told: Explained, depth: int = 0) -> Iterator[Part]:
    """The figure and, below it, what it was made of."""
    name = next(iter(item_names([told.item]).values())) if told.item else _LABELS.get(told.label, ("", ""))
    facts: list[tuple[object, Words]] = [(fact, title_of_id(fact.period)) for fact in told.facts.listed]
    yield depth, told, name, WAY_WORDS.get(told.way, ("", "")), facts
    for part in told.parts:
        yield from _parts(part, depth + 1)
