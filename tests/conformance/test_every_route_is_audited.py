"""Every address that touches a person leaves exactly one audit event, whoever asks; a refusal leaves one as well.

The walk goes over the addresses as they are declared: a new one that touches a person must be given an example below.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponseBase
from django.test import Client, RequestFactory

from hoso.core.accounts.authorization.actions import HandedClient
from hoso.core.accounts.authorization.launches import Context, open_launch
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.engines.intake.numbers import NumberEnd, end_number
from hoso.engines.records.resource_types import NUMBERS
from tests.authorization.flow import FHIR as BASE_URL
from tests.authorization.flow import Browser, Flow, registered
from tests.cda_documents import small_document
from tests.claim_packages import sample_3176
from tests.conformance.fhir_writing import FHIR_JSON, software
from tests.deciding import decided_by_a_person
from tests.house.routes import Route, all_routes
from tests.intaking import Intake, last_package, one, person_of, sign_in
from tests.joining import alike, joined, officer

ROLES = (
    "doctor", "station_nurse", "facility_records_officer", "intake_officer", "administrator", "overseer",
    "receptionist", "privacy_officer", "figures_checker",
)  # fmt: skip
AT_THE_FACILITY = ("doctor", "station_nurse", "facility_records_officer", "receptionist", "figures_checker")
TOUCHING = {
    (route.name, route.address): route
    for route in all_routes()
    if route.declaration is not None and route.declaration.touches_person
}


@dataclass(frozen=True)
class Loaded:
    person: int
    addresses: dict[tuple[str, str], str]
    accounts: dict[str, Account]
    tokens: dict[str, str]
    app: HandedClient  # that is opened from a record


@pytest.fixture(scope="module")
def loaded(filled: Callable[[], Intake]) -> Iterator[Loaded]:
    claim = sample_3176()
    stranger = claim.with_(MA_LK="SYN.2", HO_TEN="LÊ VĂN HÙNG", GIOI_TINH="1")
    twins = [
        claim.with_(MA_LK=f"SYN.{one}", SO_CCCD=f"07908500000{one}", MA_THE_BHYT="", MA_BN=f"SYN-{one}")
        for one in (4, 5, 6, 7)
    ]
    filled().file(claim, stranger, claim.with_(MA_LK="SYN.3", NGAY_VAO="x"), *twins)
    person = person_of(claim.ma_lk)
    number, conflict = last_package(), one("SELECT id FROM people_conflict")
    encounter = one("SELECT encounter FROM intake_visit WHERE ma_lk = %s", claim.ma_lk)
    values = {
        "ordinal": "1", "person_id": str(person), "package_id": str(number), "conflict_id": str(conflict), "encounter": encounter,
        "patient_id": one("SELECT patient_id FROM people_person WHERE person_id = %s", person),
        "event_id": str(one("SELECT min(id) FROM audit_event WHERE person_id IS NULL")), "type_name": "Encounter", "id_": encounter, "version": "1",
        "member": "Condition", "pair_id": str(alike(person_of("SYN.4"), person_of("SYN.5"))),
        "join_id": str(joined(person_of("SYN.6"), person)),
        "composition": one("SELECT id FROM records_resource WHERE type = %s AND encounter = %s LIMIT 1", NUMBERS["Composition"], encounter),
        "form": "tt23-14-bct", "period": "202607", "row": "IPD_C",
        "unit": one("SELECT uid FROM statistics_unit WHERE code = '01000' AND tier = 'facility'"),
        "group": "facility-01000", "order": str(UUID(int=1)), "number": "1",
    }  # fmt: skip
    values["card_id"] = str(one(
        "INSERT INTO people_card (person_id, source_person_id, number, issued_by)"
        " VALUES (%s, %s, 'TK000000000197', 1) RETURNING id", person, person,
    ))  # fmt: skip
    one(  # as if the person had been registered as a newborn
        "INSERT INTO people_birth (person_id, source_person_id, mother_id, born_at, sex, birth_order, born_together, registered_by, facility_id)"
        " VALUES (%s, %s, 1, now(), 2, 1, 1, 1, 0) RETURNING 1", person, person,
    )  # fmt: skip
    for old, new in (("GD4010000000002", "GD4010000000003"), ("GD4010000000003", "")):
        end_number(officer(), person, NumberEnd("card", old, new, date(2025, 1, 1), "cấp lại, thu hồi"))
    accounts = {role: sign_in(role, "01000" if role in AT_THE_FACILITY else None) for role in ROLES}
    values |= decided_by_a_person(accounts["doctor"], accounts["privacy_officer"])
    app = registered(accounts["doctor"], scopes="launch user/Patient.rs", launch_url="https://app.example.vn/launch")
    values["client_id"] = app.client.client_id
    addresses = {key: _filled_in(route, values) for key, route in TOUCHING.items()}
    _file_visits_to_write_on(values["patient_id"])
    MERGE["source"] = one("SELECT patient_id FROM people_person WHERE person_id = %s", person_of("SYN.7"))
    yield Loaded(
        person, addresses, accounts, {role: issue_token(account, "test", 1) for role, account in accounts.items()}, app
    )


# Pages that are asked with a form: what it says.
AT_THE_DESK = {"number": "001175000000", "year": "1975"}
FORMS = {
    "decide_conflict": {"decision": "different_person", "reason": "giấy tờ"},
    "decide_pair": {"decision": "different_person", "reason": "giấy tờ"}, "part_persons": {"reason": "nhầm"},
    "consents_of_person": AT_THE_DESK, "new_rights_request": AT_THE_DESK,
    "print_paper": {"reason": "cấp cho người bệnh"}, "print_summary": {"reason": "cấp cho người bệnh"},
    "open_person_in_app": {}, "open_visit_in_app": {},
    "print_card": {}, "block_card": {"reason": "mất"}, "issue_card": {"reason": "mất"},
    "newborn_number": {"number": "7999999999"},
    "end_number": {"number": "insurance_number|0000000002", "new": "0000000003", "day": "2025-01-01", "reason": "cấp lại"},
    "take_back_number_end": {"number": "card|GD4010000000003", "reason": "ghi nhầm"},
    "register_newborn": {"born": f"{datetime.now() - timedelta(days=1):%Y-%m-%dT%H:%M}", "sex": "1"},
    "card_bearer": {"card": "TK000000000197", "mark": "01/01/1990"},
    "export_file": {"standard": "qd3176", "reason": "gửi lại", "ordinal": "1"},
}  # fmt: skip
KNOWN_BY = {"system": "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan", "value": sample_3176().summary["SO_CCCD"]}
MERGE = {"source": ""}  # the Patient that is joined, once it is filed
EVERYTHING = "/fhir/r4/Patient/<str:patient_id>/$everything"
META = ("fhir_meta_add", "fhir_meta_delete")
SOFTWARE = ("/api/", "/fhir/")
OF_MANY = ("fhir_history_type", "fhir_history_system")  # what they show is of several persons
QUERIES = {
    "statistics_persons": "?options=x", "people": "?q=mau", "intake_people": "?q=mau", "trend": "?code=WBC", "older_visits": "?before=2026-01-01T00:00:00%2B07:00",
    "study_older_visits": "?before=2026-01-01T00:00:00%2B07:00", "official_older_visits": "?before=2026-01-01T00:00:00%2B07:00",
}  # fmt: skip


def _filled_in(route: Route, values: dict[str, str]) -> str:
    address = route.address
    for name, value in values.items():
        for kind in ("int", "str", "uuid"):
            address = address.replace(f"<{kind}:{name}>", value)
    assert "<" not in address, f"say with what {route.address} is to be asked"
    if route.name.startswith("fhir_conditional_"):
        return f"{address}?_id={_own_visit(route.name)}"
    if route.name in ("fhir_update", "fhir_patch", "fhir_delete"):
        return f"{address.rpartition('/')[0]}/{_own_visit(route.name)}"
    if route.name in META:
        return address.replace(values["id_"], _own_visit(route.name))
    if route.name in ("fhir_search", "fhir_search_by_post"):
        return f"{address}?patient={values['patient_id']}"
    return address + QUERIES.get(route.name, "")


def _own_visit(name: str) -> str:
    """The id of a visit that a writing route has for itself."""
    return name.replace("_", "-")


def _file_visits_to_write_on(patient_id: str) -> None:
    for name in {name for name, _ in TOUCHING}:
        if name.startswith("fhir_conditional_") or name in ("fhir_update", "fhir_patch", "fhir_delete", *META):
            id_ = _own_visit(name)
            assert software().put(f"Encounter/{id_}", _visit(patient_id, id=id_)).status_code == 201


def _visit(patient_id: str, **more: Any) -> dict[str, Any]:
    """An Encounter of the person, as hospital software would send it."""
    return {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{patient_id}"}, **more,
    }  # fmt: skip


def _written(route: Route, address: str, search: str) -> tuple[bytes, str]:
    """What a writing route is sent, and as which kind of content."""
    patient_id = search.partition("patient=")[2]
    if "delete" in route.name:
        return b"", FHIR_JSON
    if "patch" in route.name:
        return b'[{"op": "replace", "path": "/status", "value": "cancelled"}]', "application/json-patch+json"
    if route.name == "fhir_bundle":
        entry = {"resource": _visit(patient_id), "request": {"method": "POST", "url": "Encounter"}}
        return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}).encode(), FHIR_JSON
    if route.name == "fhir_merge":
        sides = (
            ("source", MERGE["source"]),
            (
                "target",
                one("SELECT patient_id FROM people_person WHERE person_id = %s", person_of(sample_3176().ma_lk)),
            ),
        )
        parts: list[dict[str, Any]] = [
            {"name": f"{side}-patient", "valueReference": {"reference": f"Patient/{id_}"}} for side, id_ in sides
        ]
        parts.append({"name": "preview", "valueBoolean": True})
        return json.dumps({"resourceType": "Parameters", "parameter": parts}).encode(), FHIR_JSON
    if route.name == "fhir_match":
        return json.dumps({"resourceType": "Patient", "identifier": [KNOWN_BY]}).encode(), FHIR_JSON
    id_ = {"id": _own_visit(route.name)} if "update" in route.name else {}
    return json.dumps(_visit(patient_id, **id_, language="vi")).encode(), FHIR_JSON


def _count() -> int:
    """Events of all actors, past row security, as the owner of the data sees them."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event")
        return int(cursor.fetchone()[0])


def _last() -> dict[str, Any]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM audit_event e ORDER BY id DESC LIMIT 1")
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
        return found


def _ask(route: Route, loaded: Loaded, role: str) -> HttpResponseBase:
    address = loaded.addresses[route.name, route.address]
    if address.startswith(SOFTWARE):
        client = Client(headers={"authorization": f"Bearer {loaded.tokens[role]}"})
        if route.methods in ((), ("GET",)):
            return client.get(address)
        if route.name == "fhir_process_cda":
            content = small_document(KNOWN_BY["value"])
            return client.post(address, content, content_type="application/xml")
        if route.name in META:
            given = {"name": "meta", "valueMeta": {"tag": [{"system": "urn:test", "code": role}]}}
            return client.post(address, {"resourceType": "Parameters", "parameter": [given]}, content_type=FHIR_JSON)
        content, kind = _written(route, address, loaded.addresses["fhir_search", "/fhir/r4/<str:type_name>"])
        return client.generic(route.methods[0], address, content, content_type=kind)
    client = Client()
    client.force_login(loaded.accounts[role])
    _with_second_factor(client, loaded.accounts[role])
    if route.name in FORMS:
        return client.post(address, FORMS[route.name])
    if route.name == "oauth_launch":
        return client.get(address, _question_of_an_app(loaded, role), SERVER_NAME="localhost")
    return client.get(address)


def _question_of_an_app(loaded: Loaded, role: str) -> dict[str, str]:
    """What an app asks that this account has opened from the page of the person."""
    patient = loaded.addresses["fhir_everything", EVERYTHING].split("/")[4]
    launch = open_launch(loaded.app.client, loaded.accounts[role], Context(patient))
    return Flow(loaded.app, Browser(), "launch user/Patient.rs", changes={"aud": BASE_URL, "launch": launch}).question


def _with_second_factor(client: Client, account: Account) -> None:
    session = client.session
    session["account_authentication_methods_user"] = str(account.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()


def _may(route: Route, account: Account) -> bool:
    from hoso.core.access.actor import Actor

    assert route.declaration is not None
    actor = Actor(account.pk, account.username, "test")
    return actor.role_for(route.declaration.permission, route.declaration.purpose) is not None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("key", sorted(TOUCHING), ids=lambda key: key[0])
def test_one_event_for_each_question(key: tuple[str, str], role: str, loaded: Loaded) -> None:
    route = TOUCHING[key]
    assert route.declaration is not None
    before = _count()
    response = _ask(route, loaded, role)
    assert _count() == before + 1
    event = _last()
    account = loaded.accounts[role]
    allowed = _may(route, account)
    assert response.status_code in ((200, 201, 204, 302, 303) if allowed else (403,))
    assert (event["actor_id"], event["purpose"], event["route"]) == (
        account.pk, route.declaration.purpose, route.declaration.name,
    )  # fmt: skip
    assert event["outcome"] == ("done" if allowed else "refused")
    assert event["source"]
    if allowed and "person_id" in route.address:
        assert event["person_id"] == int(loaded.addresses[key].split("people/")[1].split("/")[0])
    if allowed and route.name.startswith("fhir_") and route.name not in OF_MANY:
        assert event["person_id"] == loaded.person


@pytest.mark.parametrize("key", sorted(TOUCHING), ids=lambda key: key[0])
def test_without_a_sign_in_nothing_is_told(key: tuple[str, str], loaded: Loaded) -> None:
    before = _count()
    address = loaded.addresses[key]
    response = Client().generic((TOUCHING[key].methods or ("GET",))[0], address)
    assert response.status_code == (401 if address.startswith(SOFTWARE) else 302)
    assert _count() == before


def test_the_walk_goes_over_the_pages_of_persons_and_of_packages() -> None:
    names = {name for name, _ in TOUCHING}
    assert {
        "people",
        "person",
        "visit",
        "trend",
        "package",
        "quarantine",
        "original",
        "conflicts",
        "api_findings",
    } <= names


def test_a_page_that_asks_about_a_person_without_an_event_is_not_shown(loaded: Loaded) -> None:
    from django.http import HttpResponse

    from hoso.web.routes import Declaration, govern

    silent = govern(lambda request: HttpResponse("somebody"), Declaration("x", "record.read", "treatment", True))
    request = RequestFactory().get("/")
    request.user = loaded.accounts["doctor"]
    with pytest.raises(RuntimeError, match="no audit event"):
        silent(request)
