"""dataApprovals and dataAcceptances: where reports stand, approving and taking back, in DHIS2's words.

DHIS2 knows approved and accepted; here the tier above has the report as soon as the one below approved it, so that accepting
is what happens by itself: ACCEPTED is said of what the ministry approved, and taking it is answered with where it stands.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.http import HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.engines.statistics.approval.queries import Standing, standing_of
from hoso.engines.statistics.approval.steps import Kind, Name, Wanted, take_steps
from hoso.engines.statistics.uids import DEFAULT_SPLIT
from hoso.web.dhis2.parameters import only, only_as
from hoso.web.dhis2.value_sets import needs_credential
from hoso.web.routes import ActingRequest

QUERY = ("ds", "wf", "pe", "ou", "aoc")
# A report is approved as a whole, with all its attribute option combinations.
WHOLE = {"aoc": (DEFAULT_SPLIT.upper(),)}
STATES = {
    "": "UNAPPROVED_WAITING", "returned": "UNAPPROVED_WAITING", "reopened": "UNAPPROVED_WAITING",
    "handed_in": "UNAPPROVED_READY", "province": "APPROVED_HERE", "ministry": "ACCEPTED_HERE",
}  # fmt: skip


def state(request: ActingRequest) -> HttpResponse:
    """GET `?ds|wf&pe&ou`: one report; a data set is its own workflow."""
    _asked(request)
    return JsonResponse(_told(standing_of(request.actor, [_name(request)])[0]))


def states(request: ActingRequest) -> HttpResponse:
    """GET `?ds|wf&pe=a,b&ou=x,y`: of every combination."""
    _asked(request)
    names = [
        (one, period, unit)
        for one in _list(request, "ds") or _list(request, "wf")
        for period in _list(request, "pe")
        for unit in _list(request, "ou")
    ]
    return JsonResponse(
        [
            {"wf": one.name[0], "pe": one.name[1], "ou": one.name[2], **_told(one)}
            for one in standing_of(request.actor, names)
        ],
        safe=False,
    )


def approve(request: ActingRequest) -> HttpResponse:
    """POST: approve one report; 204 as DHIS2 does."""
    needs_credential(request)
    _asked(request)
    take_steps(request.actor, [_name(request)], Wanted("approve"))
    return HttpResponse(status=204)


def unapprove(request: ActingRequest) -> HttpResponse:
    """DELETE: take one's own tier's approval back."""
    needs_credential(request)
    _asked(request)
    take_steps(request.actor, [_name(request)], Wanted("withdraw", "DHIS2 API"))
    return HttpResponse(status=204)


def hand_in_many(request: ActingRequest) -> HttpResponse:
    """POST `handIns`: whoever reports says that these are whole and wait for the tier above; all or none. DHIS2 has no such
    address: there the lowest level approves its own report, here the approver is always somebody else."""
    return _many(request, "hand_in")


def approve_many(request: ActingRequest) -> HttpResponse:
    """POST `approvals`: all or none."""
    return _many(request, "approve")


def unapprove_many(request: ActingRequest) -> HttpResponse:
    return _many(request, "withdraw")


def accept(request: ActingRequest) -> HttpResponse:
    """POST dataAcceptances: accepted is what was approved; refused where it was not. Raises HosoError HS7040."""
    needs_credential(request)
    _asked(request)
    (found,) = standing_of(request.actor, [_name(request)])
    if found.state not in ("province", "ministry"):
        raise HosoError("HS7040", object=" ".join(found.name))
    return HttpResponse(status=204)


def _asked(request: ActingRequest) -> None:
    only(request, *QUERY)
    only_as(request.GET, WHOLE)


def _many(request: ActingRequest, kind: Kind) -> HttpResponse:
    needs_credential(request)
    only(request)
    try:
        given = orjson.loads(request.body)
        sets, periods = given.get("wf") or given["ds"], given["pe"]
        names = [
            (str(one), str(period), str(each["ou"]))
            for one in sets
            for period in periods
            for each in given["approvals"]
        ]
        parts = [str(each["aoc"]) for each in given["approvals"] if each.get("aoc", DEFAULT_SPLIT) != DEFAULT_SPLIT]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
    if parts:
        raise HosoError("HS5530", name="aoc", value=parts[0][:40])
    take_steps(request.actor, names, Wanted(kind, "DHIS2 API" if kind == "withdraw" else ""))
    return HttpResponse(status=204)


def _list(request: ActingRequest, name: str) -> Sequence[str]:
    return [one for text in request.GET.getlist(name) for one in text.split(",") if one]


def _name(request: ActingRequest) -> Name:
    query = request.GET
    return query.get("ds") or query.get("wf", ""), query.get("pe", ""), query.get("ou", "")


def _told(one: Standing) -> dict[str, Any]:
    return {
        "state": STATES[one.state],
        "mayApprove": one.may_approve,
        "mayUnapprove": one.may_withdraw,
        "mayAccept": False,
        "mayUnaccept": False,
        "mayReadData": True,
        "approvedBy": one.approved_by or None,
        "approvedAt": one.approved_at and one.approved_at.isoformat(timespec="milliseconds"),
    }
