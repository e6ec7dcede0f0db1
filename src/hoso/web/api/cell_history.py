"""What one reported figure was before, act by act."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema

from hoso.engines.statistics.cell_story.story import State, story_of
from hoso.engines.statistics.reports_by_address import Address
from hoso.web.api.answers import ErrorAnswer, Texts
from hoso.web.api.governed import declare
from hoso.web.routes import ActingRequest

router = Router(tags=["statistics"])


class StateAnswer(Schema):
    """`value` is empty where the cell was blank, or its figure taken back."""

    value: str
    comment: str
    follow_up: bool


class ChangeAnswer(Schema):
    """One act. `kind`: cell, import."""

    at: datetime
    actor: str
    kind: str
    reason: str
    was: StateAnswer
    became: StateAnswer


class CellHistoryAnswer(Schema):
    """The newest change first; `now` is what it made of the cell."""

    row: Texts
    options: list[Texts]
    now: StateAnswer
    changes: list[ChangeAnswer]


@router.get(
    "/cell-history",
    response={200: CellHistoryAnswer, 401: ErrorAnswer, 403: ErrorAnswer, 404: ErrorAnswer, 409: ErrorAnswer},
    url_name="api_cell_history", operation_id="cell_history", summary="What one reported figure was before",
)  # fmt: skip
@declare(
    "api_cell_history", permission="statistics.read", purpose="statistics",
    parameters=("form", "unit", "period", "row", "options"),
)  # fmt: skip
def cell_history(
    request: HttpRequest, form: str, unit: str, period: str, row: str, options: str = ""
) -> dict[str, Any]:
    """`form`: key of a form; `unit`, `period`: ids; `row`: key of a row; `options`: one of each of its dimensions, with
    commas between them."""
    key = row, tuple(one for one in options.split(",") if one)
    found = story_of(cast(ActingRequest, request).actor, Address(form, unit, period), key)
    return {
        "row": {"vi": found.row.title_vi, "en": found.row.title_en},
        "options": [{"vi": vi, "en": en} for vi, en in found.of],
        "now": _state(found.now),
        "changes": [
            {
                "at": one.at, "actor": one.actor, "kind": one.kind, "reason": one.reason, "was": _state(one.was),
                "became": _state(one.became),
            }
            for one in found.changes
        ],
    }  # fmt: skip


def _state(state: State) -> dict[str, Any]:
    return {"value": state.value, "comment": state.comment, "follow_up": state.follow_up}
