"""The indicators of `definitions/indicators`: found without accents, in words, with targets and formula."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.vietnamese.folding import fold
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.expressions.in_words import Words, quotient_in_words
from hoso.engines.statistics.expressions.reading import read_formula
from hoso.engines.statistics.indicator_catalogue import Indicator, indicators
from hoso.web.explorer.names import formula_names
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

GROUPS: dict[str, Words] = {
    "child": ("Trẻ em", "Children"), "data_quality": ("Chất lượng số liệu", "Quality of figures"),
    "immunisation": ("Tiêm chủng", "Immunisation"), "infectious": ("Bệnh truyền nhiễm", "Infectious diseases"),
    "maternal": ("Sức khoẻ bà mẹ", "Maternal health"), "mortality": ("Tử vong", "Mortality"),
    "ncd": ("Bệnh không lây nhiễm", "Non-communicable diseases"), "nutrition": ("Dinh dưỡng", "Nutrition"),
    "resources": ("Nguồn lực", "Resources"), "service": ("Khám chữa bệnh", "Services"),
}  # fmt: skip
EVIDENCE: dict[str, Words] = {
    "official": ("văn bản chính thức", "official text"),
    "secondary": ("nguồn thứ cấp", "secondary source"),
    "unverified": ("chưa đối chiếu", "unverified"),
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
    every = list(indicators().values())
    found = [one for one in every if fits(one, text) and (one.numerator or not only)]
    context = {
        "text": text, "only": only, "shown": shown(found), "found": len(found), "all": len(every),
        "reckoned": sum(bool(one.numerator) for one in every),
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
    """The formulas of all of them are named by one look at the catalogue."""
    formulas = {
        one.code: (read_formula(one.numerator), read_formula(one.denominator)) for one in found if one.numerator
    }
    nodes = [node for pair in formulas.values() for node in pair]
    names = formula_names(nodes, read_catalogue()) if nodes else {}
    return [
        Shown(
            one,
            GROUPS.get(one.group, (one.group, one.group)),
            EVIDENCE[one.evidence],
            quotient_in_words(*formulas[one.code], one.factor or 1, names.__getitem__)
            if one.code in formulas
            else None,
            tuple((t.year, t.value, t.kind, t.basis, EVIDENCE[t.evidence]) for t in one.targets),
        )
        for one in sorted(found, key=lambda one: (spoken(GROUPS.get(one.group, (one.group, one.group))), one.code))
    ]
