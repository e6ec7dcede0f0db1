"""One statistical report: its figures as approved or as they are now, its versions, and the same as PDF and XLSX."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from hoso.engines.statistics.printed.frozen import Frozen, Signed
from hoso.engines.statistics.printed.reading import printed_report, versions_of
from hoso.web.api.answers import ErrorAnswer
from hoso.web.api.governed import declare
from hoso.web.printed_reports.page import answer_file, read_version
from hoso.web.routes import ActingRequest

router = Router(tags=["statistics"])
REPORT = "/reports/{data_set}/{unit}/{period}"
REFUSALS = {400: ErrorAnswer, 401: ErrorAnswer, 403: ErrorAnswer, 404: ErrorAnswer, 409: ErrorAnswer}


class SignedAnswer(Schema):
    """`state` is what the report became: handed_in, province, ministry."""

    state: str
    by: str
    at: datetime


class VersionAnswer(Schema):
    """A version that was approved, as the last tier left it; `sha256` is of its words, figures and signers."""

    version: int
    state: str
    sha256: str
    signed: list[SignedAnswer]


class ReportAnswer(Schema):
    """`version` is 0 where the figures are those of now. A figure's name is its row and, after a point, its options with a
    comma between them; what is not named is blank."""

    form: str
    unit: str
    period: str
    state: str
    version: int
    sha256: str
    figures: dict[str, str]
    signed: list[SignedAnswer]
    versions: list[VersionAnswer]


@router.get(
    REPORT, response={200: ReportAnswer, **REFUSALS},
    url_name="api_report", operation_id="report", summary="One report and its approved versions",
)  # fmt: skip
@declare("api_report", permission="statistics.read", purpose="statistics", parameters=("version",))
def report(request: HttpRequest, data_set: str, unit: str, period: str, version: str = "") -> dict[str, Any]:
    """`data_set`: its id or the key of the form; `unit`: the id of an organisation unit; `version`: an earlier approved one."""
    actor, name = cast(ActingRequest, request).actor, (data_set, period, unit)
    found = printed_report(actor, name, read_version(version), "read")
    return {
        "form": found.words.form, "unit": found.words.unit, "period": found.words.period, "state": found.state,
        "version": found.version, "sha256": found.sha256, "figures": dict(found.figures),
        "signed": [_signed(one) for one in found.signed],
        "versions": [_version(one) for one in versions_of(actor, name)],
    }  # fmt: skip


@router.get(
    REPORT + "/file", response=REFUSALS,
    url_name="api_report_file", operation_id="report_file", summary="One report as PDF or XLSX",
)  # fmt: skip
@declare("api_report_file", permission="statistics.read", purpose="statistics", parameters=("kind", "version"))
def report_file(
    request: HttpRequest, data_set: str, unit: str, period: str, kind: str = "pdf", version: str = ""
) -> HttpResponse:
    """`kind`: pdf or xlsx. An approved version is the same bytes every time."""
    return answer_file(cast(ActingRequest, request), (data_set, period, unit), kind)


def _signed(one: Signed) -> dict[str, Any]:
    return {"state": one.state, "by": one.actor, "at": one.at}


def _version(one: Frozen) -> dict[str, Any]:
    return {
        "version": one.version, "state": one.state, "sha256": one.sha256, "signed": [_signed(s) for s in one.signed]
    }  # fmt: skip
