"""A formula tried out: said in words, worked out for one place and period. Nothing is kept, but from here it may be."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period
from hoso.engines.statistics.analytics.answer import Answered, ask
from hoso.engines.statistics.analytics.data_items import Reckoned
from hoso.engines.statistics.analytics.question import AskedPeriod, Scope
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.expressions.in_words import Words, quotient_in_words
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.expressions.tree import Node
from hoso.engines.statistics.indicator_catalogue import Indicator
from hoso.engines.statistics.units import provinces_today
from hoso.web.dhis2.asked_periods import read_periods
from hoso.web.dhis2.asked_units import read_units, unit_tree
from hoso.web.dhis2.system import own_units
from hoso.web.explorer.finding import Hit, find_data
from hoso.web.explorer.names import formula_names
from hoso.web.indicators.keeping import kept_by_code
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.period_titles import period_title

LONGEST = 2000
LARGEST_FACTOR = 1_000_000


@dataclass(frozen=True, slots=True)
class Formula:
    """What was typed. `place` of what is not understood in it is told by the error."""

    numerator: str
    denominator: str
    factor: int

    @property
    def indicator(self) -> Indicator:
        return Indicator("TRIAL", "", "", "", "", None, self.factor, "unverified", (), self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, and of a formula that is not understood the text before the place and after it."""

    error: HosoError
    field: str = ""
    before: str = ""
    after: str = ""

    @property
    def vi(self) -> str:
        return self.error.message("vi")

    @property
    def en(self) -> str:
        return self.error.message("en")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds."""

    numerator: str
    denominator: str
    factor: str
    place: str
    period: str
    find: str


def trial(request: ActingRequest) -> HttpResponse:
    """GET `numerator`, `denominator` (1), `factor` (1), `place`, `period`; `find` looks for figures to be named."""
    tree, own = unit_tree(), own_units(request)
    asked = _asked(request.GET, own)
    places = [(uid, tree[uid].thing["name"]) for uid in own if uid in tree]
    places += [(child["id"], child["name"]) for uid in own if uid in tree for child in tree[uid].thing["children"]]
    context: dict[str, object] = {
        "asked": asked,
        "keep": request.GET.get("keep", "")[:40],
        "places": list(dict([*places, *provinces_today()]).items()),
        "hits": [(hit, _written(hit)) for hit in find_data(asked.find)] if asked.find else [],
    }
    if asked.numerator.strip():
        context |= _tried(request, asked)
        if "problem" not in context and may(request.actor, "statistics.define", "statistics"):
            context["keeping"] = kept_by_code(str(context["keep"])) or True
    return render(request, "indicators/trial.html", context)


def _asked(given: QueryDict, own: list[str]) -> Asked:
    return Asked(
        given.get("numerator", "")[:LONGEST],
        given.get("denominator", "")[:LONGEST] or "1",
        given.get("factor", "")[:7] or "1",
        given.get("place", "")[:40] or own[0],
        given.get("period", "")[:40] or "LAST_MONTH",
        given.get("find", "").strip()[:100],
    )


def _written(hit: Hit) -> str:
    """How a formula names it."""
    kind = "I" if hit.kind[1] == "Indicator" else "R" if hit.kind[1] == "Reporting" else "#"
    return f"{kind}{{{hit.word}}}"


def _tried(request: ActingRequest, asked: Asked) -> dict[str, object]:
    """The formula in words and its values, or what is wrong with it."""
    if not asked.factor.isdigit() or not 1 <= int(asked.factor) <= LARGEST_FACTOR:
        return {"problem": Problem(HosoError("HS9004", name="factor", value=asked.factor))}
    formula = Formula(asked.numerator, asked.denominator, int(asked.factor))
    nodes = []
    for field, text in (("numerator", formula.numerator), ("denominator", formula.denominator)):
        try:
            nodes.append(read_formula(text))
        except HosoError as error:
            place = int(str(error.params.get("place", 1))) - 1 if error.code == "HS7030" else 0
            return {"problem": Problem(error, field, text[:place], text[place:])}
    catalogue = read_catalogue()
    try:
        told: dict[str, object] = {"words": _words(nodes, formula.factor, catalogue)}
    except HosoError as error:
        return {"problem": Problem(error)}
    try:
        return told | _worked_out(request, formula, asked, catalogue)
    except HosoError as error:
        return told | {"problem": Problem(error)}


def _words(nodes: list[Node], factor: int, catalogue: Catalogue) -> Words:
    names = formula_names(nodes, catalogue)
    return quotient_in_words(nodes[0], nodes[1], factor, names.__getitem__)


def _worked_out(request: ActingRequest, formula: Formula, asked: Asked, catalogue: Catalogue) -> dict[str, object]:
    """The value of each period that is meant. Raises HosoError HS7032, HS7034 and those of the formula."""
    periods = read_periods([asked.period], date.today())
    units = read_units([asked.place], lambda: own_units(request))
    scope = Scope(
        [AskedPeriod(label, (period,)) for label, period in periods.items()],
        [one.asked(uid) for uid, one in units.items()],
    )
    answers = ask(request.actor, [Reckoned("trial", formula.indicator)], scope, catalogue)
    values = {one.cell.period: one for one in answers}
    rows = [_row(label, period, values.get(label)) for label, period in periods.items()]
    return {"values": rows, "unit_names": ", ".join(one.thing["name"] for one in units.values())}


def _row(label: str, period: Period, answer: Answered | None) -> tuple[Words, Answered | None]:
    return period_title(period), answer
