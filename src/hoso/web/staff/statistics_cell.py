"""POST one cell of a form, typed now or while there was no line: kept once, never over what its writer had not seen."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError, Language
from hoso.engines.statistics.entry import Sheet, open_sheet, save_cell
from hoso.engines.statistics.imports.report import Standing
from hoso.engines.statistics.imports.typed import Typed
from hoso.web.language import page_language
from hoso.web.routes import ActingRequest
from hoso.web.staff import statistics_offline as offline
from hoso.web.templatetags.bilingual import spoken
from hoso.web.templatetags.figures import moment

LONGEST_CELL = 200
LONGEST_REASON = 2000
LONGEST_AGE = 10**8  # seconds; three years
NEEDS_REASON = "HS5341"


def cell(request: ActingRequest, form: str, unit: str, period: str) -> HttpResponse:
    """The answer says whether the figure is kept, what stands in the cell, and what does not fit now. A mistake that is no
    matter of the page is told as JSON with its code."""
    language = page_language()
    try:
        return JsonResponse(_save(request, (form, unit, period), language))
    except HosoError as error:
        told = {"saved": False, "code": error.code, "message": error.message(language), "hints": None}
        if error.code == NEEDS_REASON:
            return JsonResponse({**told, "asks_reason": True})
        return JsonResponse(told, status=error.status)


def _save(request: ActingRequest, sheet_key: tuple[str, str, str], language: Language) -> dict[str, object]:
    given = request.POST
    # Cells wait in a browser that several people use: one's are never written in the name of another.
    if given.get("account", str(request.actor.account_id)) != str(request.actor.account_id):
        raise HosoError("HS5480")
    row, options = given.get("row", ""), tuple(key for key in given.get("options", "").split(",") if key)
    value, typed = given.get("value", ""), _typed(given)
    if len(value) > LONGEST_CELL:
        raise HosoError("HS9004", name="value", value=value[:40])
    reason = given.get("reason", "").strip()[:LONGEST_REASON]
    now = offline.now()
    report = save_cell(request.actor, sheet_key, row, options, value, reason, typed)
    # What was never there cannot be taken back: an empty cell that stays empty is kept as it is.
    wrong = next((one.error.message(language) for one in report.conflicts.values()), "")
    sheet = open_sheet(request.actor, *sheet_key)
    told = {
        "at": now,
        "stands": _stands(sheet, row, options),
        "hints": [spoken((hint.vi, hint.en)) for hint in sheet.hints],
    }
    if report.standing is not None:
        return {**told, "saved": False, **_conflict(request, report.standing, typed, language)}
    return {**told, "saved": not wrong, "message": wrong, "repeated": report.repeated}


def _typed(given: Mapping[str, str]) -> Typed:
    """What is said of the typing. Raises HosoError HS9004."""
    try:
        key = UUID(given["key"]) if given.get("key") else None
        age = min(int(given.get("age") or 0), LONGEST_AGE)
    except ValueError:
        raise HosoError("HS9004", name="key, age", value=f"{given.get('key')}, {given.get('age')}"[:80]) from None
    limit = timedelta(hours=settings.ENVIRONMENT["HOSO_OFFLINE_HOURS"])
    seen = given.get("seen")
    return Typed(None if seen is None else seen[:LONGEST_CELL], key, timedelta(seconds=max(age, 0)), limit)


def _conflict(request: ActingRequest, stands: Standing, typed: Typed, language: Language) -> dict[str, object]:
    hours = settings.ENVIRONMENT["HOSO_OFFLINE_HOURS"]
    error = HosoError("HS5481", hours=hours) if typed.too_old else HosoError("HS5482")
    return {
        "message": error.message(language),
        "conflict": {
            "value": stands.value,
            "who": stands.actor,
            "own": stands.actor == request.actor.name,
            "when": moment(stands.at) if stands.at else "",
        },
    }


def _stands(sheet: Sheet, row: str, options: tuple[str, ...]) -> str:
    return next((line.value for line in sheet.lines if (line.row.key, line.options) == (row, options)), "")
