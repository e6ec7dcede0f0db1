"""FHIR Practitioner and PractitionerRole as views of the register: made from its rows and filed as the next version wherever
they say something else than before. Searching, history, export and subscriptions know nothing special about them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from hoso.core.accounts.machines import as_intake_service
from hoso.core.changes.outbox import announce
from hoso.core.vietnamese.names import split_name
from hoso.engines.intake.mapping.elements import EXTENSION, Element, facility, local, without_empty
from hoso.engines.intake.practitioners.forms import UNKNOWN, licence_forms
from hoso.engines.intake.practitioners.register import Licence, PlaceOfPractice, Practitioner, holds, load
from hoso.engines.records.actions import Filing, RecordBatch, Stored
from hoso.engines.records.fhir.search.index_rows import index_rows
from hoso.engines.records.fhir.writing.telling import TOPIC
from hoso.engines.records.fhir.writing.views import REGISTER
from hoso.engines.records.fhir.writing.written import Written
from hoso.engines.records.reading import NOBODY
from hoso.engines.records.resource_types import NUMBERS, name_of
from hoso.engines.records.treating_teams import LICENCE_SYSTEM

GENDER = {1: "male", 2: "female"}
LOOK_BACK = timedelta(days=40)  # a house that stood still for a while shows what the calendar changed meanwhile
AT_ONCE = 500  # practitioners in one transaction
_DEPARTMENT = re.compile(r"K\d{2}(\.\d+)?\Z")  # codes of departments: QĐ 1804/QĐ-BYT
_OF_NOBODY = Filing(NOBODY, NOBODY, "", None, 0, 0, 0)
_CHANGED_BY_THE_DAY = """
    SELECT practitioner_id FROM practitioners_licence
    WHERE first_day BETWEEN %(from)s AND %(to)s OR last_day + 1 BETWEEN %(from)s AND %(to)s OR withdrawn_on BETWEEN %(from)s AND %(to)s
    UNION SELECT l.practitioner_id FROM practitioners_suspension s JOIN practitioners_licence l ON l.id = s.licence_id
    WHERE s.first_day BETWEEN %(from)s AND %(to)s OR s.last_day + 1 BETWEEN %(from)s AND %(to)s
    UNION SELECT practitioner_id FROM practitioners_place
    WHERE first_day BETWEEN %(from)s AND %(to)s OR last_day + 1 BETWEEN %(from)s AND %(to)s
"""


def practitioner_id(id_: int) -> str:
    return f"{REGISTER}{id_}"


def as_practitioner(one: Practitioner, day: date) -> Element:
    """FHIR R4 Practitioner without its id. `active`: holds a licence in force on that day."""
    parts = split_name(one.name)
    name = {
        "use": "official", "text": one.name, "family": parts.family,
        "given": [part for part in (parts.middle, parts.given) if part],
    }  # fmt: skip
    return without_empty(
        {
            "resourceType": "Practitioner",
            "identifier": [_identifier(licence, day) for licence in one.licences],
            "active": one.may_practise(day),
            "name": [without_empty(name)],
            "gender": GENDER.get(one.sex),
            "qualification": [_qualification(one, licence) for licence in one.licences],
        }
    )


def as_role(one: Practitioner, place: PlaceOfPractice, day: date) -> Element:
    """FHIR R4 PractitionerRole without its id. `active`: practises there on that day, under a licence in force."""
    department = place.department
    return without_empty(
        {
            "resourceType": "PractitionerRole",
            "extension": [{"url": f"{EXTENSION}part-time", "valueBoolean": True}] if place.part_time else None,
            "active": holds(place.first_day, place.last_day, day) and one.may_practise(day),
            "period": _period(place.first_day, place.last_day),
            "practitioner": {"reference": f"Practitioner/{practitioner_id(one.id)}", "display": one.name},
            "organization": {**facility(place.facility_code), "display": place.facility},
            "code": [{"text": text}] if (text := place.role or one.profession) else None,
            "specialty": [local("ma-khoa", department) if _DEPARTMENT.match(department) else {"text": department}]
            if department
            else None,
        }
    )


def file_views(cursor: Any, ids: Iterable[int], about: str) -> None:
    """Step of an act that changed these practitioners: their views follow in the same transaction."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    day, at = timezone.localdate(), datetime.now(UTC)
    with as_intake_service():
        batch = RecordBatch(cursor, at)
        made = [made for one in load(wanted) for made in _views_of(one, day)]
        stored = _stored(cursor, [(kind, id_) for kind, id_, _ in made])
        for kind, id_, content in made:
            body = orjson.dumps(content)
            rows = index_rows(kind, orjson.loads(body))
            batch.file(Written(kind, id_, 0, 0, at, 0, body, rows), _OF_NOBODY, stored.get((kind, id_)))
        batch.write()
        if batch.touched:
            announce(
                TOPIC, about, {"resources": batch.touched}, person_id=NOBODY, source_person_id=NOBODY, facility_id=0, place_id=0,
                sensitivity=0,
            )  # fmt: skip


def file_what_the_day_changed() -> None:
    """Licences, suspensions and places that began or ended lately: what is in force today is shown so."""
    to = timezone.localdate()
    with as_intake_service(), connection.cursor() as cursor:
        cursor.execute(_CHANGED_BY_THE_DAY, {"from": to - LOOK_BACK, "to": to})
        ids = [row[0] for row in cursor.fetchall()]
    for first in range(0, len(ids), AT_ONCE):
        with as_intake_service(), connection.cursor() as cursor:
            file_views(cursor, ids[first : first + AT_ONCE], f"practitioner-day/{to}")


def _views_of(one: Practitioner, day: date) -> Iterator[tuple[str, str, Element]]:
    yield "Practitioner", practitioner_id(one.id), as_practitioner(one, day)
    for place in one.places:
        yield "PractitionerRole", f"{REGISTER}{place.id}", as_role(one, place, day)


def _stored(cursor: Any, keys: list[tuple[str, str]]) -> dict[tuple[str, str], Stored]:
    """What is filed of these views; none was ever deleted, so the current version is the highest."""
    cursor.execute(
        "SELECT type, id, version, version, hash, deleted, sensitivity FROM records_resource"
        " WHERE person_id = %s AND type = ANY (%s) AND id = ANY (%s) FOR UPDATE",
        [NOBODY, [NUMBERS["Practitioner"], NUMBERS["PractitionerRole"]], [id_ for _, id_ in keys]],
    )
    return {(name_of(row[0]), row[1]): Stored(row[2], row[3], bytes(row[4]), *row[5:]) for row in cursor.fetchall()}


def _identifier(licence: Licence, day: date) -> Element:
    return without_empty(
        {
            "use": "official" if licence.state(day) in ("in_force", "suspended", "not_yet") else "old",
            "system": LICENCE_SYSTEM,
            "value": licence.number,
            "period": _period(licence.first_day, _end_of(licence)),
            "assigner": {"display": licence.issued_by} if licence.issued_by else None,
        }
    )


def _qualification(one: Practitioner, licence: Licence) -> Element:
    form = licence_forms().get(licence.form, UNKNOWN)
    told: list[Element] = (
        [{"url": f"{EXTENSION}scope-of-practice", "valueString": licence.scope}] if licence.scope else []
    )
    told += [
        {"url": f"{EXTENSION}licence-suspended", "valuePeriod": _period(each.first_day, each.last_day)}
        for each in licence.suspensions
    ]
    return without_empty(
        {
            "extension": told,
            "identifier": [{"system": LICENCE_SYSTEM, "value": licence.number}],
            "code": {"text": f"{form.title_vi}: {one.profession}" if one.profession else form.title_vi},
            "period": _period(licence.first_day, _end_of(licence)),
            "issuer": {"display": licence.issued_by} if licence.issued_by else None,
        }
    )


def _end_of(licence: Licence) -> date | None:
    """The last day on which it holds: that of the paper, or the one before it was withdrawn."""
    withdrawn = licence.withdrawn_on - timedelta(days=1) if licence.withdrawn_on else None
    ends = [day for day in (licence.last_day, withdrawn) if day]
    return min(ends) if ends else None


def _period(first_day: date | None, last_day: date | None) -> Element:
    return {name: day.isoformat() for name, day in (("start", first_day), ("end", last_day)) if day}
