"""Addresses of the DHIS2-compatible API. The version in an address and the suffix of a format mean nothing, as there."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.urls import URLPattern, register_converter

from hoso.core.access.reading import Asking, record_refusal
from hoso.core.accounts.authorization.permits import Interaction, permits
from hoso.core.errors import HosoError
from hoso.web.dhis2 import (
    accounts,
    analytics,
    analytics_values,
    approvals,
    collections,
    completeness,
    geojson,
    log_in,
    metadata,
    raw_data,
    single_values,
    system,
    tasks,
    value_sets,
)
from hoso.web.routes import PUBLIC, SIGNED_IN, ActingRequest, Declaration, by_method, govern


class _Version:
    """Nothing, or `/` and two digits."""

    regex = "(?:/[0-9]{2})?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _Suffix(_Version):
    """Nothing, or the format that the client asks for."""

    regex = r"(?:\.json|\.csv|\.xml|\.xlsx)?"


class _Word(_Version):
    """The name of a collection, or the id of an object."""

    regex = "[A-Za-z][A-Za-z0-9]*"


class _Job(_Version):
    """The name of a kind of job."""

    regex = "[A-Za-z_]+"


register_converter(_Job, "dhis2_job")
register_converter(_Version, "dhis2_version")
register_converter(_Word, "dhis2_word")
register_converter(_Suffix, "dhis2_suffix")
View = Callable[..., HttpResponse]
# What the letters of a scope (`__dhis2/dataValueSets.cr`) allow: reading and searching are one thing here.
INTERACTIONS: dict[str, tuple[Interaction, ...]] = {
    "GET": ("read", "search"), "POST": ("create", "update"), "PUT": ("update",), "DELETE": ("delete",),
}  # fmt: skip


def _at(address: str, name: str, purpose: str = "statistics", **views: tuple[View, str]) -> URLPattern:
    """One address; each method has its view and the permission it needs. What it is about, in the words of scopes, is the
    first part of the address, or the collection."""
    resource = address.partition("/")[0].partition(".")[0]
    governed = {
        method: govern(
            _plain(view, "" if permission in (SIGNED_IN, PUBLIC) else resource),
            Declaration(f"dhis2_{name}_{method.lower()}", permission, purpose, False),
        )
        for method, (view, permission) in views.items()
    }
    return by_method(f"api<dhis2_version:version>/{address}<dhis2_suffix:suffix>", **governed)


def _plain(view: View, resource: str) -> View:
    """The view without the version and the suffix, where the scopes of the asking software allow it."""

    @wraps(view)
    def without(request: ActingRequest, version: str = "", suffix: str = "", **named: str) -> HttpResponse:
        if resource:
            _within_scopes(request, named.get("collection", resource))
        return view(request, **named)

    return without


def _within_scopes(request: ActingRequest, resource: str) -> None:
    """Raises HosoError HS2255 where no scope of the token names this kind of thing."""
    interactions = INTERACTIONS["GET" if request.method == "HEAD" else request.method or "GET"]
    if not any(permits(request.actor, resource, one, "dhis2") for one in interactions):
        record_refusal(request.actor, request.declaration.purpose, Asking(request.declaration.permission))
        raise HosoError("HS2255", type=resource[:60], interaction=interactions[0])


READ, WRITE, APPROVE = "statistics.read", "statistics.write", "statistics.approve"
DEFINE = "statistics.define"
urlpatterns = [
    _at("auth/login", "log_in", PUBLIC, POST=(log_in.log_in, PUBLIC)),
    _at("system/info", "info", PUBLIC, GET=(system.info, SIGNED_IN)),
    _at("system/ping", "system_ping", PUBLIC, GET=(system.ping, SIGNED_IN)),
    _at("ping", "ping", PUBLIC, GET=(system.ping, SIGNED_IN)),
    _at("system/id", "system_id", PUBLIC, GET=(system.ids, SIGNED_IN)),
    _at("system/tasks", "all_tasks", PUBLIC, GET=(tasks.all_tasks, SIGNED_IN)),
    _at("system/tasks/<dhis2_job:job>", "tasks", PUBLIC, GET=(tasks.tasks, SIGNED_IN)),
    _at("system/tasks/<dhis2_job:job>/<dhis2_word:uid>", "task", PUBLIC, GET=(tasks.task, SIGNED_IN)),
    _at("system/taskSummaries/<dhis2_job:job>", "task_summaries", PUBLIC, GET=(tasks.summaries, SIGNED_IN)),
    _at(
        "system/taskSummaries/<dhis2_job:job>/<dhis2_word:uid>", "task_summary", PUBLIC, GET=(tasks.summary, SIGNED_IN)
    ),
    _at("me", "me", PUBLIC, GET=(system.me, SIGNED_IN)),
    _at("me/authorization", "authorizations", PUBLIC, GET=(system.authorizations, SIGNED_IN)),
    _at("me/authorization/<str:name>", "authorization", PUBLIC, GET=(system.authorization, SIGNED_IN)),
    _at("metadata", "metadata", GET=(metadata.give, READ), POST=(metadata.take, DEFINE)),
    _at("dataValueSets", "value_sets", GET=(value_sets.give, READ), POST=(value_sets.take, WRITE)),
    _at(
        "dataValues", "value",
        GET=(single_values.read, READ), POST=(single_values.write, WRITE), DELETE=(single_values.take_back, WRITE),
    ),
    _at(
        "completeDataSetRegistrations", "completeness",
        GET=(completeness.give, READ), POST=(completeness.take, WRITE), DELETE=(completeness.take_back, WRITE),
    ),
    _at("organisationUnits.geojson", "unit_outlines", GET=(geojson.features, READ)),
    _at("organisationUnits/<dhis2_word:uid>.geojson", "unit_outline", GET=(geojson.feature, READ)),
    _at("users", "users", PUBLIC, GET=(accounts.users, SIGNED_IN)),
    _at("users/<dhis2_word:uid>", "user", PUBLIC, GET=(accounts.user, SIGNED_IN)),
    _at(
        "sharing", "sharing",
        GET=(accounts.sharing, READ), POST=(accounts.share, DEFINE), PUT=(accounts.share, DEFINE),
    ),
    _at(
        "dataApprovals", "approval",
        GET=(approvals.state, READ), POST=(approvals.approve, APPROVE), DELETE=(approvals.unapprove, APPROVE),
    ),
    _at("dataApprovals/approvals", "approvals", GET=(approvals.states, READ), POST=(approvals.approve_many, APPROVE)),
    _at("dataApprovals/handIns", "hand_ins", POST=(approvals.hand_in_many, WRITE)),
    _at("dataApprovals/unapprovals", "unapprovals", POST=(approvals.unapprove_many, APPROVE)),
    _at("dataAcceptances", "acceptance", POST=(approvals.accept, APPROVE)),
    _at("analytics", "analytics", GET=(analytics.figures, READ)),
    _at("analytics/rawData", "raw_data", GET=(raw_data.rows, READ)),
    _at("analytics/dataValueSet", "analytics_values", GET=(analytics_values.figures, READ)),
    _at("<dhis2_word:collection>", "list", GET=(collections.listed, READ)),
    _at("<dhis2_word:collection>/<dhis2_word:uid>", "object", GET=(collections.single, READ)),
]  # fmt: skip
