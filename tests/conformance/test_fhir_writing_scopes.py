"""What a token's scopes leave of writing: types, interactions, one patient, and resources that meet a query."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import allowed_permissions
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.writing.asked import Wanted
from hoso.engines.records.fhir.writing.turn import take_turn
from tests.conformance.fhir_writing import counts, observation, patient, software
from tests.intaking import Intake, sign_in

LABORATORY = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}
]


@pytest.fixture(scope="module")
def persons(filled: Callable[[], Intake]) -> Iterator[tuple[Actor, str, str]]:
    """(somebody who may write, two patients)."""
    filled()
    writer = software()
    account = sign_in("intake_service")
    actor = Actor(account.pk, account.username, "test")
    yield actor, str(writer.created(patient("Một"))["id"]), str(writer.created(patient("Hai"))["id"])


def _write(actor: Actor, patient_id: str, scopes: tuple[str, ...], method: Any = "POST", **more: Any) -> int:
    limited = replace(actor, scopes=scopes, allowed=allowed_permissions(scopes, "fhir"), patient=more.pop("only", ""))
    body = orjson.dumps(observation(patient_id, **more))
    wanted = Wanted(method, "Observation", body=b"" if method == "DELETE" else body, id=more.get("id", ""))
    return take_turn(limited, "record_keeping", [wanted], "Observation")[0].status


def test_what_the_scopes_cover_is_written(persons: tuple[Actor, str, str]) -> None:
    actor, first, _ = persons
    assert _write(actor, first, ("system/Observation.c",)) == 201
    assert _write(actor, first, ("system/*.cud",), "PUT", id="scoped") == 201
    assert _write(actor, first, ("patient/Observation.c",), only=first) == 201
    assert _write(actor, first, ("system/Observation.c?category=laboratory",), category=LABORATORY) == 201
    assert _write(actor, first, ("system/Observation.d",), "DELETE", id="scoped") == 204


@pytest.mark.parametrize(
    ("scopes", "method", "more"),
    [
        (("system/Observation.u",), "POST", {}),
        (("system/Condition.cud",), "POST", {}),
        (("system/Observation.c?category=laboratory",), "POST", {}),
        (("patient/Observation.c",), "POST", {"only": "another"}),
        (("system/Observation.cu",), "DELETE", {"id": "x"}),
    ],
)
def test_what_they_do_not_cover_is_refused(
    persons: tuple[Actor, str, str], scopes: tuple[str, ...], method: str, more: dict[str, Any]
) -> None:
    actor, first, second = persons
    before = counts()
    given = {**more, "only": second} if "only" in more else more
    with pytest.raises(HosoError) as refused:
        _write(actor, first, scopes, method, **given)
    assert refused.value.code == "HS2255"
    assert counts() == before
