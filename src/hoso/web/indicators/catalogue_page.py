"""The indicators of `definitions/indicators` and those kept here: found without accents, in words, with targets and formula."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.core.vietnamese.folding import fold
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.expressions.in_words import Words, quotient_in_words
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.indicator_catalogue import Indicator, indicators
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.web.explorer.names import formula_names
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

GROUPS: dict[str, Words] = {
    "child": ("Trẻ em", "Children"), "data_quality": ("Chất lượng số liệu", "Quality of figures"),
    "immunisation": ("Tiêm chủng", "Immunisation"), "infectious": ("Bệnh truyền nhiễm", "Infectious diseases"), "local": ("Lập tại đơn vị này", "Kept by this house"),
    "maternal": ("Sức khoẻ bà mẹ", "Maternal health"), "mortality": ("Tử vong", "Mortality"),
    "ncd": ("Bệnh không lây nhiễm", "Non-communicable diseases"), "nutrition": ("Dinh dưỡng", "Nutrition"),
    "resources": ("Nguồn lực", "Resources"), "service": ("Khám chữa bệnh", "Services"),
}  # fmt: skip
EVIDENCE: dict[str, Words] = {
    "official": ("văn bản chính thức", "official text"),
    "secondary": ("nguồn thứ cấp", "secondary source"),
    "unverified": ("chưa đối chiếu", "unverified"),
    "local": ("lập tại đơn vị này, không phải chỉ số chính thức", "kept by this house, no official indicator"),
}
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One indicator as the page tells it; `formula` is None where no formula is known."""

    indicator: Indicator
    group: Words
    evidence: Words
    formula: Words | None
    targets: tuple[tuple[int, float, str, str, Words], ...]  # year, value, target or result, basis, evidence


def indicators_page(request: ActingRequest) -> HttpResponse:
    """`?q=` words of title, numerator, denominator or code; `?formula=1` only those with a formula."""
    text, only = request.GET.get("q", "").strip()[:LONGEST_SEARCH], request.GET.get("formula") == "1"
    every = [*indicators().values(), *kept_indicators().values()]
    found = [one for one in every if fits(one, text) and (one.numerator or not only)]
    context = {
        "text": text, "only": only, "shown": shown(found), "found": len(found), "all": len(every),
        "reckoned": sum(bool(one.numerator) for one in every), "may_define": may(request.actor, "statistics.define", "statistics"),
    }  # fmt: skip
    fragment = request.headers.get("HX-Target") == "results"
    return render(request, "indicators/rows.html" if fragment else "indicators/list.html", context)


def fits(one: Indicator, text: str) -> bool:
    """Every word of the search stands somewhere, accents or not."""
    group = GROUPS.get(one.group, (one.group, ""))
    told = fold(
        " ".join((one.code, one.title_vi, one.title_en, one.numerator_vi, one.denominator_vi or "", one.note, *group))
    )
    return all(word in told for word in fold(text).split())


def shown(found: list[Indicator]) -> list[Shown]:
    formulas = _in_words([one for one in found if one.numerator])
    return [
        Shown(
            one,
            GROUPS.get(one.group, (one.group, one.group)),
            EVIDENCE[one.evidence],
            formulas.get(one.code),
            tuple((t.year, t.value, t.kind, t.basis, EVIDENCE[t.evidence]) for t in one.targets),
        )
        for one in sorted(found, key=lambda one: (spoken(GROUPS.get(one.group, (one.group, one.group))), one.code))
    ]


def _in_words(reckoned: list[Indicator]) -> dict[str, Words]:
    """The formulas by code, named by one look at the catalogue. A kept one may ask for what is there no more: it is left out."""
    if not reckoned:
        return {}
    formulas = {one.code: (read_formula(one.numerator), read_formula(one.denominator)) for one in reckoned}
    try:
        names = formula_names([node for pair in formulas.values() for node in pair], read_catalogue())
    except HosoError:
        if len(reckoned) == 1:
            return {}
        return {code: words for one in reckoned for code, words in _in_words([one]).items()}
    return {one.code: quotient_in_words(*formulas[one.code], one.factor or 1, names.__getitem__) for one in reckoned}
