"""Keeping the formula that was tried as an indicator of this house, and retiring one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hoso.core.errors import HosoError
from hoso.engines.statistics.indicator_catalogue import Indicator
from hoso.engines.statistics.keeping_indicators import Given, keep_indicator
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken
from hoso.web.whole_numbers import whole

LONGEST_FORMULA = 2000
LONGEST_TITLE = 230
LARGEST = 1_000_000


def kept_by_code(code: str) -> Indicator | None:
    """The indicator of this house that has the code, where there is one."""
    return next((one for one in kept_indicators().values() if one.code == code), None)


def keep(request: ActingRequest) -> HttpResponse:
    """POST `code`, `title_vi`, `title_en`, the formula and `seen`, the version it was made from. Raises HosoError as
    `keep_indicator`, HS9004."""
    given = request.POST
    code = given.get("code", "").strip().upper()
    version = keep_indicator(
        request.actor,
        Given(
            code, given.get("title_vi", "").strip()[:LONGEST_TITLE], given.get("title_en", "").strip()[:LONGEST_TITLE],
            _formula(request, "numerator"), _formula(request, "denominator") or "1", whole(given, "factor", least=1, most=LARGEST),
            whole(given, "seen", most=LARGEST),
        ),
    )  # fmt: skip
    messages.success(
        request, spoken((f"Đã giữ chỉ số {code}, bản {version}.", f"Indicator {code} is kept, version {version}."))
    )
    return redirect(f"{reverse('indicators')}?q={code}")


def retire(request: ActingRequest) -> HttpResponse:
    """POST `code` and `seen`: it is found no more; its versions stay. Raises HosoError HS7051, HS9004."""
    code = request.POST.get("code", "")
    known = kept_by_code(code)
    if known is None or known.kept is None or known.kept.version != whole(request.POST, "seen", most=LARGEST):
        raise HosoError("HS7051", code=code[:40])
    keep_indicator(
        request.actor,
        Given(
            code, known.title_vi, known.title_en, known.numerator, known.denominator, known.factor or 1, known.kept.version,
            retired=True,
        ),
    )  # fmt: skip
    messages.success(request, spoken((f"Đã ngừng dùng chỉ số {code}.", f"Indicator {code} is retired.")))
    return redirect("indicators")


def _formula(request: ActingRequest, name: str) -> str:
    text = request.POST.get(name, "").strip()
    if len(text) > LONGEST_FORMULA:
        raise HosoError("HS9004", name=name, value=text[:40])
    return text
