"""Why something was refused, kept as JSON and told again later."""

import json
from typing import Any

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.validation import Issue
from hoso.engines.records.fhir.writing.asked import NotValid, Refused


def as_kept(error: HosoError) -> str:
    """A refusal as it is kept."""
    kept: dict[str, Any] = {"code": error.code, "place": getattr(error, "place", "")}
    if isinstance(error, NotValid):
        return json.dumps(
            {**kept, "issues": [[one.code, one.error, one.expression, one.detail] for one in error.issues]}
        )
    return json.dumps({**kept, "params": {name: str(value) for name, value in error.params.items()}})


def as_error(kept: str) -> HosoError:
    """The refusal again."""
    found = json.loads(kept)
    if "issues" in found:
        return NotValid(found["place"], [Issue(*one) for one in found["issues"]])
    return Refused(found["code"], found["place"], **found["params"])
