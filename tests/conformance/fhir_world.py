"""Synthea's people, some of them twice under other ids, filed under persons of several facilities, some with labels.

What is filed is told as plain JSON, for a search that looks at all of it.
"""

import gzip
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.utils import timezone

from hoso.core.places.facilities import ensure_facility
from hoso.engines.records.actions import Filing, RecordBatch
from hoso.engines.records.drafts import Draft, to_bytes
from hoso.engines.records.fhir.search.index_rows import index_rows
from hoso.engines.records.fhir.tests.test_paths import BUNDLES
from tests.intaking import as_service

FACILITIES = ("01000", "80901")
COPIES = 2
FIRST_PERSON = 7_000_001
Resource = dict[str, Any]


@cache
def resources() -> list[tuple[int, Resource]]:
    """(person, resource) of everything; person 0 for what is about nobody. References lead to what is there."""
    entries = [
        entry
        for path in sorted(BUNDLES.glob("*.json.gz"))
        for entry in json.loads(gzip.decompress(path.read_bytes()))["entry"]
    ]
    named = {entry["fullUrl"]: f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in entries}
    for entry in entries:
        for one in entry["resource"].get("identifier", []):
            if isinstance(one, dict):
                kind = entry["resource"]["resourceType"]
                named.setdefault(
                    f"{kind}?identifier={one.get('system')}|{one.get('value')}", f"{kind}/{entry['resource']['id']}"
                )
    text = json.dumps([entry["resource"] for entry in entries])
    for address in sorted(named, key=len, reverse=True):
        text = text.replace(json.dumps(address), json.dumps(named[address]))
    return _with_copies(json.loads(text))


def _with_copies(plain: list[Resource]) -> list[tuple[int, Resource]]:
    patients = [one["id"] for one in plain if one["resourceType"] == "Patient"]
    found: list[tuple[int, Resource]] = []
    for one in plain:
        whose = _patient_of(one)
        if whose not in patients:
            found.append((0, one))
            continue
        for copy in range(COPIES):
            person = FIRST_PERSON + patients.index(whose) * COPIES + copy
            found.append((person, one if not copy else _under_other_ids(one, plain, copy)))
    return found


def _patient_of(resource: Resource) -> str:
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    candidates = [resource.get(name) for name in ("subject", "patient")] + list(resource.get("target", []))
    for one in candidates:
        if isinstance(one, dict) and str(one.get("reference", "")).startswith("Patient/"):
            return str(one["reference"]).removeprefix("Patient/")
    return ""


def _under_other_ids(one: Resource, plain: list[Resource], copy: int) -> Resource:
    text = json.dumps(one)
    own = {each["id"] for each in plain if _patient_of(each)}
    for id_ in own:
        if id_ in text:
            text = text.replace(f'/{id_}"', f'/{id_}-{copy}"').replace(f'"id": "{id_}"', f'"id": "{id_}-{copy}"')
    changed: Resource = json.loads(text)
    return changed


def file_world() -> None:
    """File everything, as the service that may, in several transactions at several times."""
    facilities = [ensure_facility(code).pk for code in FACILITIES]
    everything = resources()
    for start in range(0, len(everything), 500):
        with as_service() as cursor:
            batch = RecordBatch(cursor, timezone.now() - timedelta(days=30) + timedelta(seconds=start))
            for number, (person, one) in enumerate(everything[start : start + 500], start):
                batch.file(_draft(number if person else 1, one), _filing(person, one, facilities))
            batch.write()
    with as_service() as cursor:
        for person in {person for person, _ in everything if person}:
            cursor.execute(
                "INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day,"
                " package_id) VALUES (%s, %s, %s, 'visit', current_date - 30, current_date + 1, 1)",
                [person, person, facilities[person % len(facilities)]],
            )


def _draft(number: int, one: Resource) -> Draft:
    content = {key: value for key, value in one.items() if key not in ("id", "meta")}
    when = next(
        (one[key] for key in ("effectiveDateTime", "issued", "recordedDate", "created", "date") if key in one), ""
    )
    happened = (
        datetime.fromisoformat(when) if len(when) > 18 else datetime(2020, 1, 1, tzinfo=timezone.get_default_timezone())
    )
    label = 1 if number % 13 == 0 and one["resourceType"] != "Patient" else 0  # of persons alone
    rows = index_rows(one["resourceType"], content)
    return Draft(one["resourceType"], one["id"], 1, number, happened, label, to_bytes(content), rows)


def _filing(person: int, one: Resource, facilities: list[int]) -> Filing:
    encounter = one["id"] if one["resourceType"] == "Encounter" else None
    if reference := one.get("encounter"):
        encounter = (reference[0] if isinstance(reference, list) else reference).get("reference", "").rpartition("/")[2]
    return Filing(person, person, "", encounter, facilities[person % len(facilities)], 0, 1)
