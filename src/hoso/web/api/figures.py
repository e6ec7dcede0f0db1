"""Statistical figures: one question by data, period, place and key; `explain=true` says how each figure came about."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.answer import Answered
from hoso.engines.statistics.analytics.explained import Explained, explain
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.disclosure.release import release as protected_release
from hoso.web.api.answers import ErrorAnswer, Texts
from hoso.web.api.governed import declare
from hoso.web.explorer.asked import Key, ask_question, change, key_of
from hoso.web.explorer.figure_text import exact
from hoso.web.explorer.names import Names, item_names, names_of
from hoso.web.explorer.question import WORDS, Question, listed, read_question
from hoso.web.routes import ActingRequest

router = Router(tags=["statistics"])
MEASURES = ("value", "parts", "change")
MOST_FIGURES = 50_000


class NamedAnswer(Schema):
    id: str
    name: Texts


class PeriodAnswer(NamedAnswer):
    start: date
    end: date


class PlaceAnswer(NamedAnswer):
    """`level`: 1 the country, 2 provinces, 3 communes, 4 facilities."""

    level: int
    code: str


class FactAnswer(Schema):
    """One reported value that went into a figure, and who entered it as it stands.

    `place_until`: the last day of a unit that is no more. On today's map `share` is the part of the unit's figure that counts
    (absent: all of it) and `share_from` who gave it, `=` where nobody did and the parts are taken as equal.
    """

    data: str
    name: str
    period: str
    place: str
    place_name: str
    key: str
    key_name: str
    attribute: str
    value: str
    entered_by: str
    entered_at: datetime
    place_until: date | None = None
    share: str | None = None
    share_from: str | None = None


class ExplanationAnswer(Schema):
    """`kind`: reported (`way` says how the `facts` were added up), rate, indicator (numerator × factor ÷ denominator, whose
    items are the `parts`), count. At most 200 facts are listed of `fact_count`. `estimated` as in a figure."""

    label: str
    kind: str
    name: Texts | None
    value: str | None
    way: str
    numerator: str
    denominator: str
    factor: int
    fact_count: int
    facts: list[FactAnswer]
    parts: list["ExplanationAnswer"]
    estimated: bool | None = None


class FigureAnswer(Schema):
    """One figure under the labels of the answer's dimensions; a dimension that is a filter is null.

    Figures are exact decimals, as texts. `hidden` is true, and there is no value: a protected release does not tell it.
    `estimated` is true, or absent: on today's map shares of split units are in it. `before`, `change`, `change_percent` are of the same number of periods before.
    """

    data: str | None = None
    period: str | None = None
    place: str | None = None
    key: str | None = None
    attribute: str | None = None
    value: str | None = None
    hidden: bool | None = None
    estimated: bool | None = None
    numerator: str | None = None
    denominator: str | None = None
    factor: int | None = None
    before: str | None = None
    change: str | None = None
    change_percent: str | None = None
    explanation: ExplanationAnswer | None = None


class FiguresAnswer(Schema):
    """`dimensions` of the figures in order; what the ids mean; the figures in the order of the question, or by value."""

    dimensions: list[str]
    data: list[NamedAnswer]
    periods: list[PeriodAnswer]
    places: list[PlaceAnswer]
    keys: list[NamedAnswer]
    figures: list[FigureAnswer]


@router.get(
    "/figures",
    response={200: FiguresAnswer, 400: ErrorAnswer, 401: ErrorAnswer, 403: ErrorAnswer, 409: ErrorAnswer},
    url_name="api_figures", operation_id="figures", summary="Figures by data, period, place and key",
    exclude_none=True,
)  # fmt: skip
@declare(
    "api_figures", permission="statistics.read", purpose="statistics",
    parameters=(*WORDS, "measure", "order", "top", "at_least", "at_most", "explain", "release"),
)  # fmt: skip
def figures(
    request: HttpRequest,
    data: str,
    period: str,
    place: str,
    key: str = "",
    attribute: str = "",
    filter: str = "",
    aggregation: str = "",
    today: str = "",
    places: str = "",
    measure: str = "",
    order: str = "",
    top: int = 0,
    at_least: Decimal | None = None,
    at_most: Decimal | None = None,
    explain: bool = False,
    release: str = "",
) -> dict[str, Any]:
    """Lists have `;` between their items.

    `data`: ids of elements (`element.key` for one of its parts), indicators, `dataset.REPORTING_RATE` and the other rates.
    `period`: ids such as 2026, 2026Q1, 202601, or words such as LAST_12_MONTHS (counted from `today`). `place`: ids,
    `own`, `<id>/children`, `level:3` within the places beside it. `key`, `attribute`: `*` or ids of category option
    combinations. `filter` names the dimensions to be answered as one. `aggregation`: SUM, AVERAGE, LAST, FIRST, COUNT, MIN,
    MAX …; without it each element's own. `measure`: value, parts (numerator and denominator), change (against the periods
    before). `places`: `reported` (units as they were, the default) or `today` (what became of them; estimates are marked).
    `order`: ASC or DESC by value; `top`: so many of them; `at_least`, `at_most`: values within these bounds.
    `explain`: how each figure came about, of at most 20 figures. `release`: `protected` hides small figures and what they could be
    worked out from (sums of elements by commune, province, month, quarter, year); without it figures are exact.
    """
    acting = cast(ActingRequest, request)
    catalogue = read_catalogue()
    question = read_question(acting, request.GET, catalogue)
    measures = listed(request.GET, "measure")
    if unknown := [one for one in measures if one not in MEASURES]:
        raise HosoError("HS9004", name="measure", value=unknown[0][:40])
    if release == "protected":
        return _protected(acting, question, catalogue)
    if release not in ("", "exact"):
        raise HosoError("HS9004", name="release", value=release[:40])
    if explain:
        return _with_explanations(acting, question, catalogue)
    told = ask_question(acting.actor, question, catalogue, [question.dimensions], "change" in measures)
    rows = [
        _figure(question, label, one, told.before[0].get(label) if told.before else None, "parts" in measures)
        for label, one in _wanted(told.figures[0], question, order, top, (at_least, at_most))
    ]
    if len(rows) > MOST_FIGURES:
        raise HosoError("HS5452", count=len(rows), limit=MOST_FIGURES)
    return {**_head(question, told.names), "figures": rows}


def _protected(request: ActingRequest, question: Question, catalogue: Catalogue) -> dict[str, Any]:
    """Raises HosoError HS5451 as `protected_release`, and for words whose answer would tell of hidden figures."""
    for name in ("measure", "order", "top", "at_least", "at_most", "explain", "aggregation", "filter"):
        if request.GET.get(name):
            raise HosoError("HS5451", what=f"{name}={request.GET[name]}"[:60])
    found = protected_release(request.actor, question.items, question.scope, catalogue)
    names = names_of(question)
    rows = [
        *((key_of(one.item, one.cell, question.dimensions, names), exact(one.figure)) for one in found.told),
        *((key_of(item, cell, question.dimensions, names), None) for item, cell in found.hidden),
    ]
    rows.sort(key=lambda row: _asked_order(question, row[0]))
    head = _head(question, names)
    return {**head, "figures": [_told_or_hidden(question, label, value) for label, value in rows]}


def _told_or_hidden(question: Question, label: Key, value: str | None) -> dict[str, Any]:
    told: dict[str, Any] = dict(zip(question.dimensions, label, strict=True))
    return told | ({"hidden": True} if value is None else {"value": value})


def _asked_order(question: Question, label: Key) -> tuple[tuple[int, str], ...]:
    places = {
        "data": {one.label: place for place, one in enumerate(question.items)},
        "period": {label: place for place, label in enumerate(question.periods)},
        "place": {label: place for place, label in enumerate(question.units)},
    }
    return tuple(
        (places[name][one], "") if name in places else (0, one)
        for name, one in zip(question.dimensions, label, strict=True)
    )


def _wanted(
    found: Any, question: Question, order: str, top: int, bounds: tuple[Decimal | None, Decimal | None]
) -> list[tuple[tuple[str, ...], Answered]]:
    if order not in ("", "ASC", "DESC"):
        raise HosoError("HS9004", name="order", value=order[:40])
    if top < 0:
        raise HosoError("HS9004", name="top", value=str(top)[:40])
    least, most = bounds
    kept = [
        (label, one)
        for label, one in found.items()
        if (least is None or one.figure >= least) and (most is None or one.figure <= most)
    ]
    kept.sort(key=lambda pair: _asked_order(question, pair[0]))
    if order:
        kept.sort(key=lambda pair: pair[1].figure, reverse=order == "DESC")
    return kept[:top] if top else kept


def _head(question: Question, names: Names) -> dict[str, Any]:
    return {
        "dimensions": question.dimensions,
        "data": [_named(one.label, names.items[one.label]) for one in question.items],
        "periods": [
            {**_named(label, names.periods[label]), "start": period.start, "end": period.end}
            for label, period in question.periods.items()
        ],
        "places": [
            {**_named(uid, names.units[uid]), "level": one.thing.get("level", 0), "code": one.thing["code"]}
            for uid, one in question.units.items()
        ],
        "keys": [_named(uid, words) for uid, words in names.keys.items()],
    }


def _named(uid: str, words: tuple[str, str]) -> dict[str, Any]:
    return {"id": uid, "name": _texts(words)}


def _texts(words: tuple[str, str]) -> dict[str, str]:
    return {"vi": words[0], "en": words[1]}


def _figure(
    question: Question, label: tuple[str, ...], one: Answered, then: Answered | None, with_parts: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {**dict(zip(question.dimensions, label, strict=True)), "value": exact(one.figure)}
    if one.estimated:
        told["estimated"] = True
    if with_parts and one.parts is not None:
        told |= {
            "numerator": exact(Decimal(repr(one.parts.numerator))),
            "denominator": exact(Decimal(repr(one.parts.denominator))),
            "factor": one.parts.factor,
        }
    if then is not None:
        grown, share = change(one.figure, then.figure)
        told |= {"before": exact(then.figure), "change": exact(grown)}
        told |= {} if share is None else {"change_percent": exact(share.quantize(Decimal("0.01")))}
    return told


def _with_explanations(request: ActingRequest, question: Question, catalogue: Any) -> dict[str, Any]:
    pairs = explain(request.actor, question.items, question.scope, catalogue)
    names = names_of(question, (one for one, _ in pairs))
    labelled = [(key_of(one.item, one.cell, question.dimensions, names), one, told) for one, told in pairs]
    labelled.sort(key=lambda row: _asked_order(question, row[0]))
    rows = [
        {**_figure(question, label, one, None, True), "explanation": explanation(told)} for label, one, told in labelled
    ]
    return {**_head(question, names), "figures": rows}


def explanation(told: Explained) -> dict[str, Any]:
    """As `ExplanationAnswer`."""
    name = next(iter(item_names([told.item]).values())) if told.item else None
    return {
        "label": told.label, "kind": told.kind, "name": _texts(name) if name else None,
        "value": None if told.figure is None else exact(told.figure), "way": told.way, "numerator": told.numerator,
        "denominator": told.denominator, "factor": told.factor, "fact_count": told.facts.count,
        "facts": [
            {
                "data": fact.element, "name": fact.element_name, "period": fact.period, "place": fact.unit,
                "place_name": fact.unit_name, "key": fact.split, "key_name": fact.split_name,
                "attribute": fact.attribute, "value": exact(fact.figure), "entered_by": fact.entered_by,
                "entered_at": fact.entered_at, "place_until": fact.unit_until,
                "share": None if fact.share == 1 else exact(fact.share), "share_from": fact.share_from or None,
            }
            for fact in told.facts.listed
        ],
        "parts": [explanation(part) for part in told.parts], "estimated": True if told.estimated else None,
    }  # fmt: skip
