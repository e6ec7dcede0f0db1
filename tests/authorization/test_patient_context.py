"""`launch/patient`: the person at the screen chooses whom the app may see; the FHIR API shows it nobody else."""

from collections.abc import Callable
from typing import Any

import pytest

from hoso.core.accounts.models import Account
from tests.authorization.flow import FHIR, Browser, Flow, events, registered, service_account, signed_in
from tests.claim_packages import sample_3176
from tests.conformance.conftest import intake  # noqa: F401  # the fixture
from tests.intaking import Intake, one, person_of
from tests.intaking import sign_in as account_at

SCOPE = "launch/patient patient/Patient.rs patient/Observation.rs"


@pytest.fixture
def mine_and_other(intake: Intake) -> tuple[int, int]:  # noqa: F811
    claim = sample_3176()
    other = claim.with_(MA_LK="SYN.2", MA_BN="SYN-2", SO_CCCD="079185099999", MA_THE_BHYT="DN4790123499999", HO_TEN="LÊ VĂN HÙNG", GIOI_TINH="1")  # fmt: skip
    intake.file(claim, other)
    return person_of(claim.ma_lk), person_of("SYN.2")


@pytest.fixture
def doctor(mine_and_other: tuple[int, int]) -> Account:
    return account_at("doctor", "01000")


def fhir_id(person: int) -> str:
    return str(one("SELECT patient_id FROM people_person WHERE person_id = %s", person))


def choose(app: Flow, person: int) -> Any:
    """From the question to the search page, where a person is chosen, and back."""
    from urllib.parse import urlencode

    sent = app.ask()
    assert sent["Location"].startswith("/oauth/patient?")
    assert "Lê Văn Hùng".upper() in app.browser.get(sent["Location"] + "&q=hung").content.decode().upper()
    back = app.browser.post(f"/oauth/patient?{urlencode(app.question)}", {"person_id": str(person)})
    return app.browser.get(back["Location"])


def token_for(doctor: Account, person: int, scope: str = SCOPE) -> dict[str, Any]:
    app = Flow(registered(doctor, scopes=scope), signed_in(doctor), scope)
    app.changes = {"aud": FHIR}
    assert choose(app, person).status_code == 200
    found: dict[str, Any] = app.tokens()
    return found


def fhir(token: str, address: str) -> Any:
    return Browser().get(f"/fhir/r4/{address}", headers={"authorization": f"Bearer {token}"})


@pytest.mark.smart(83, 136, 149, 163, 164, 167, 168, 169, 170, 363, 367)
def test_the_app_is_told_whom_it_may_see_and_sees_nobody_else(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    mine, other = mine_and_other
    given = token_for(doctor, mine)
    assert given["patient"] == fhir_id(mine)
    token = given["access_token"]
    assert fhir(token, f"Patient/{fhir_id(mine)}").status_code == 200
    assert fhir(token, f"Patient/{fhir_id(other)}").status_code == 404
    assert fhir(token, f"Observation?patient={fhir_id(mine)}").json()["total"] > 0
    assert fhir(token, f"Observation?patient={fhir_id(other)}").json()["total"] == 0
    assert fhir(token, f"Patient?_id={fhir_id(mine)},{fhir_id(other)}").json()["total"] == 1


@pytest.mark.smart(118)
def test_the_patient_is_told_again_with_a_refreshed_token(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    scope = SCOPE + " offline_access"
    app = Flow(registered(doctor, scopes=scope), signed_in(doctor), scope, changes={"aud": FHIR})
    choose(app, mine_and_other[0])
    given = app.refresh(app.tokens()["refresh_token"]).json()
    assert given["patient"] == fhir_id(mine_and_other[0])


@pytest.mark.smart(95, 243, 244, 266)
def test_a_type_that_no_scope_names_is_refused_and_recorded(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    token = token_for(doctor, mine_and_other[0])["access_token"]
    answer = fhir(token, f"Condition?patient={fhir_id(mine_and_other[0])}")
    assert answer.status_code == 403
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "HS2255"
    assert fhir(token, "Nonsense?patient=x").status_code == 404
    assert events("refuse")[-1]["object"] == "Condition.s"


@pytest.mark.smart(370)
def test_a_query_in_a_scope_cuts_the_answer(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    mine = mine_and_other[0]
    everything = token_for(doctor, mine)["access_token"]
    found = fhir(everything, f"Observation?patient={fhir_id(mine)}").json()["entry"]
    code = found[0]["resource"]["code"]["coding"][0]["code"]
    expected = {
        entry["resource"]["id"] for entry in found if code in [coding["code"] for coding in entry["resource"]["code"].get("coding", [])]
    }  # fmt: skip
    assert 0 < len(expected) < len(found)
    narrow = token_for(doctor, mine, f"launch/patient patient/Observation.rs?code={code}")["access_token"]
    answer = fhir(narrow, f"Observation?patient={fhir_id(mine)}").json()
    assert {entry["resource"]["id"] for entry in answer["entry"]} == expected
    outside = next(entry["resource"]["id"] for entry in found if entry["resource"]["id"] not in expected)
    assert fhir(narrow, f"Observation/{outside}").status_code == 404
    assert fhir(narrow, f"Observation/{expected.pop()}").status_code == 200


@pytest.mark.smart(140, 368)
def test_a_user_scope_reaches_as_far_as_the_person_does(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    app = Flow(registered(doctor, scopes="user/Patient.rs"), signed_in(doctor), "user/Patient.rs")
    app.changes = {"aud": FHIR}
    token = app.tokens()["access_token"]
    assert [fhir(token, f"Patient/{fhir_id(person)}").status_code for person in mine_and_other] == [200, 200]
    elsewhere = Flow(app.handed, signed_in(account_at("doctor", "80901")), "user/Patient.rs", changes={"aud": FHIR})
    token = elsewhere.tokens()["access_token"]
    assert [fhir(token, f"Patient/{fhir_id(person)}").status_code for person in mine_and_other] == [404, 404]


@pytest.mark.smart(142, 245)
def test_a_system_scope_reaches_as_far_as_the_account_does(
    backend: Callable[..., Any], mine_and_other: tuple[int, int]
) -> None:
    from hoso.core.places.models import Facility

    here = Facility.objects.get(code="01000")
    software = backend(scope="system/Patient.rs", account=service_account("doctor", facility=here))
    token = software.ask().json()["access_token"]
    assert fhir(token, f"Patient/{fhir_id(mine_and_other[0])}").status_code == 200
    elsewhere = backend(scope="system/Patient.rs", account=service_account("doctor", facility=Facility.objects.create(code="01002", name="x", folded_name="x", kind="station")))  # fmt: skip
    token = elsewhere.ask().json()["access_token"]
    assert fhir(token, f"Patient/{fhir_id(mine_and_other[0])}").status_code == 404


@pytest.mark.smart(164)
def test_without_a_choice_nothing_is_granted(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    app = Flow(registered(doctor, scopes=SCOPE), signed_in(doctor), SCOPE, changes={"aud": FHIR})
    answer = app.decide()
    assert answer.status_code == 303
    assert answer["Location"].startswith("/oauth/authorize?")


def test_a_choice_for_one_app_is_none_for_another(doctor: Account, mine_and_other: tuple[int, int]) -> None:
    first = Flow(registered(doctor, scopes=SCOPE), signed_in(doctor), SCOPE, changes={"aud": FHIR})
    assert choose(first, mine_and_other[0]).status_code == 200
    second = Flow(registered(doctor, scopes=SCOPE), first.browser, SCOPE, changes={"aud": FHIR})
    assert second.ask()["Location"].startswith("/oauth/patient?")


def test_nobody_out_of_reach_can_be_chosen(mine_and_other: tuple[int, int]) -> None:
    stranger = account_at("doctor", "80901")
    app = Flow(registered(stranger, scopes=SCOPE), signed_in(stranger), SCOPE, changes={"aud": FHIR})
    answer = app.browser.post(f"/oauth/patient?client_id={app.client_id}", {"person_id": str(mine_and_other[0])})
    assert answer.status_code == 404
    assert app.ask()["Location"].startswith("/oauth/patient?")
