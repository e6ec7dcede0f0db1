"""system/tasks, system/taskSummaries: how far the asking account's own imports are that were sent with `async=true`.

Of another's import, and of one that never was, the answer is that of DHIS2 to an id it does not know: nothing, with 200.
"""

from typing import Any

from django.http import HttpResponse, JsonResponse

from hoso.core.accounts.authorization.permits import Interaction, permits
from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.deferred import Deferred, deferred_imports
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.parameters import only
from hoso.web.dhis2.system import written
from hoso.web.dhis2.web_message import web_message
from hoso.web.routes import ActingRequest

JOB = "DATAVALUE_IMPORT"
WAYS: tuple[Interaction, ...] = ("create", "update", "read", "search")


def initiated(sent: Deferred) -> HttpResponse:
    """The answer to what is to be done later: where it can be asked for."""
    return web_message(
        200,
        f"Initiated {JOB}",
        {
            "responseType": "JobConfigurationWebMessageResponse",
            "name": f"dataValueImport {sent.uid}",
            "id": sent.uid,
            "created": written(sent.sent_at),
            "jobType": JOB,
            "jobStatus": "SCHEDULED",
            "relativeNotifierEndpoint": f"/api/system/tasks/{JOB}/{sent.uid}",
        },
    )


def all_tasks(request: ActingRequest) -> HttpResponse:
    """GET: of each kind of job and each id the notices, the newest first."""
    return JsonResponse({JOB: {one.uid: _notices(one) for one in _own(request)}})


def tasks(request: ActingRequest, job: str) -> HttpResponse:
    """GET: of each id the notices. Raises HosoError HS7003 for a kind of job that is not done here."""
    return JsonResponse({one.uid: _notices(one) for one in _own(request, job)})


def task(request: ActingRequest, job: str, uid: str) -> HttpResponse:
    """GET: the notices of one, the newest first. Raises HosoError HS7003 as `tasks`."""
    return JsonResponse([notice for one in _own(request, job, uid) for notice in _notices(one)], safe=False)


def summaries(request: ActingRequest, job: str) -> HttpResponse:
    """GET: of each id that is over the import summary. Raises HosoError HS7003 as `tasks`."""
    return JsonResponse({one.uid: one.summary for one in _own(request, job) if one.summary})


def summary(request: ActingRequest, job: str, uid: str) -> HttpResponse:
    """GET: what became of one; an empty answer while it is not over. Raises HosoError HS7003 as `tasks`."""
    told = next((one.summary for one in _own(request, job, uid)), None)
    return JsonResponse(told) if told else HttpResponse(content_type="application/json")


def _own(request: ActingRequest, job: str = JOB, uid: str = "") -> list[Deferred]:
    """Raises HosoError HS7003, HS2255 for a token that has nothing to do with values."""
    only(request)
    if job.upper() != JOB:
        raise HosoError("HS7003", thing="jobType", name=job[:60])
    if not any(permits(request.actor, "dataValueSets", one, "dhis2") for one in WAYS):
        raise HosoError("HS2255", type="dataValueSets", interaction="read")
    return deferred_imports(request.actor, uid)


def _notices(one: Deferred) -> list[dict[str, Any]]:
    """What there is to say of it, the newest first; a client waits for `completed`."""
    found = []
    if one.ended_at and one.summary:
        failed = one.summary["status"] == "ERROR"
        counts = ", ".join(f"{count} {name}" for name, count in one.summary["importCount"].items())
        found.append(_notice(one, "end", one.ended_at, f"{one.summary['description']}: {counts}", failed))
    if one.begun_at:
        found.append(_notice(one, "begin", one.begun_at, "Importing data values"))
    return [*found, _notice(one, "sent", one.sent_at, "Data values received, waiting to be imported")]


def _notice(one: Deferred, step: str, at: Any, message: str, failed: bool = False) -> dict[str, Any]:
    return {
        "uid": uid_of(f"notice:{one.uid}:{step}"),
        "level": "ERROR" if failed else "INFO",
        "category": JOB,
        "time": written(at),
        "message": message,
        "completed": step == "end",
    }
