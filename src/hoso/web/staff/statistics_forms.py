"""Every regime and form that is known, those without rows too: that they exist, and why nothing can be entered."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.periods.kinds import PeriodType
from hoso.engines.statistics.forms import Form, Regime, forms, regimes
from hoso.web.routes import ActingRequest

Words = tuple[str, str]
EVERY: dict[PeriodType, Words] = {
    PeriodType.WEEK: ("tuần", "week"), PeriodType.MONTH: ("tháng", "month"), PeriodType.QUARTER: ("quý", "quarter"),
    PeriodType.QUARTER_15TH: ("quý, từ ngày 15", "quarter from the 15th"), PeriodType.SIX_MONTH: ("6 tháng", "six months"),
    PeriodType.NINE_MONTH: ("9 tháng", "nine months"), PeriodType.YEAR: ("năm", "year"),
    PeriodType.YEAR_15_SEPTEMBER: ("năm, từ 15/9", "year from 15 September"),
}  # fmt: skip
TIERS: dict[str, Words] = {
    "facility": ("cơ sở", "facility"), "commune": ("trạm, xã", "commune"), "district": ("huyện (cũ)", "district (former)"),
    "province": ("tỉnh", "province"), "ministry": ("Bộ", "ministry"), "country": ("Bộ", "ministry"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """One form; `opens` is false for one whose rows are not known."""

    form: Form
    periods: tuple[Words, ...]
    tiers: tuple[Words, ...]

    @property
    def opens(self) -> bool:
        return bool(self.form.rows)


def known_forms(request: ActingRequest) -> HttpResponse:
    """Regimes in force first, then by their first day; each with its forms."""
    today = date.today()
    told = sorted(regimes().values(), key=lambda one: (not _holds(one, today), -one.valid_from.toordinal(), one.key))
    rows = [(one, _holds(one, today), _forms_of(one)) for one in told]
    every = forms().values()
    context = {"regimes": rows, "all": len(every), "empty": sum(not form.rows for form in every)}
    return render(request, "statistics/forms.html", context)


def _holds(regime: Regime, day: date) -> bool:
    return regime.valid_from <= day and (regime.valid_to is None or day <= regime.valid_to)


def _forms_of(regime: Regime) -> list[Known]:
    return [
        Known(
            form,
            tuple(EVERY.get(kind, (kind.value, kind.value)) for kind in form.periods),
            tuple(TIERS.get(tier, (tier, tier)) for tier in form.tiers),
        )
        for form in forms().values()
        if form.regime.key == regime.key
    ]
