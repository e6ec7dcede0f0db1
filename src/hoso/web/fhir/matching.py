"""`Patient/$match` over HTTP: who a described person may be among those the asker may see, and how surely (R4, Patient-match)."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.people.described import described
from hoso.engines.people.matching.everybody import described as as_compared
from hoso.engines.people.matching.matches import Match, matches
from hoso.engines.records.fhir.search.across import Page
from hoso.engines.records.fhir.search.candidates import resources_named
from hoso.engines.records.fhir.validation import checked
from hoso.engines.records.fhir.writing.asked import NotValid
from hoso.web.asking import ask
from hoso.web.fhir import bundles
from hoso.web.fhir.limits import MOST_OF_ONE, body_of
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.fhir.paging import base_of
from hoso.web.fhir.scopes import refuse_types
from hoso.web.fhir.views import fhir_view
from hoso.web.routes import ActingRequest

MOST = 50


@dataclass(frozen=True)
class Asked:
    """The parameters of the operation."""

    patient: dict[str, Any]
    count: int = 10
    certain_only: bool = False


@fhir_view
def patient_match(request: ActingRequest) -> HttpResponse:
    """POST Parameters (`resource`, `count`, `onlyCertainMatches`) or a Patient alone; the likelier first.

    Raises HosoError HS5112 for parameters that cannot be read, NotValid for a Patient that is none.
    """
    refuse_types(request, {"Patient"})
    asked = _asked(body_of(request, MOST_OF_ONE))
    _, issues = checked(orjson.dumps(asked.patient))
    if issues:
        raise NotValid("", issues)
    claim = described(asked.patient, "", timezone.now())
    numbers = dict(reversed(claim.numbers))
    one = as_compared(
        claim.name, claim.birth, claim.sex, claim.phone,
        insurance_number=numbers.get("insurance_number", numbers.get("card", "")[-10:]),
        personal_number=numbers.get("personal_number", ""),
    )  # fmt: skip

    grades: dict[str, Match] = {}

    def find(scope: Scope) -> Page:
        with connection.cursor() as cursor:
            found = matches(cursor, one, asked.count, asked.certain_only)
            cursor.execute(
                "SELECT person_id, patient_id FROM people_person WHERE person_id = ANY (%s)",
                [[each.person_id for each in found]],
            )
            ids = dict(cursor.fetchall())
        grades.update({ids[each.person_id]: each for each in found if each.person_id in ids})
        shown = resources_named(scope, [("Patient", id_) for id_ in grades])
        return Page(sorted(shown, key=lambda each: -grades[each.id].probability))

    page = ask(request, find, action="search", about="Patient/$match")
    graded = [(each, each.served(), grades[each.id].probability, grades[each.id].grade) for each in page.resources]
    return fhir_answer(bundles.matchset(base_of(request), graded))


def _asked(body: bytes) -> Asked:
    try:
        content = orjson.loads(body)
        if content.get("resourceType") == "Patient":
            return Asked(content)
        given = {each["name"]: each for each in content["parameter"]}
        count = int(given.get("count", {}).get("valueInteger", 10))
        certain = bool(given.get("onlyCertainMatches", {}).get("valueBoolean", False))
        patient = given["resource"]["resource"]
        if patient["resourceType"] != "Patient" or not 0 < count <= MOST:
            raise ValueError
        return Asked(patient, count, certain)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HosoError("HS5112", name="Parameters", value="Patient/$match") from None
