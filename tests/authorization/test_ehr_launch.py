"""An app opened from the page of a person or of a visit: once, soon, by the one who opened it, and only with the person
who was on the page (SMART App Launch 2.2, EHR launch)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, connection, transaction

from hoso.core.accounts.actions import operator
from hoso.core.accounts.authorization.actions import HandedClient, close_client, create_own_token
from hoso.core.accounts.authorization.launches import LAUNCH_LIFE
from hoso.core.accounts.authorization.models import Launch
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account, Assignment
from hoso.core.errors import HosoError
from hoso.core.places.models import Facility
from tests.authorization.flow import FHIR, Browser, Flow, answer_of, events, registered, signed_in
from tests.authorization.test_patient_context import fhir, fhir_id, mine_and_other  # noqa: F401  # the fixture
from tests.conformance.conftest import intake  # noqa: F401  # the fixture
from tests.intaking import one
from tests.intaking import sign_in as account_at

OPENED_AT = "https://app.example.vn/launch?house=1"
SCOPE = "launch launch/encounter openid fhirUser patient/Patient.rs patient/Observation.rs"


def an_app(owner: Account, scopes: str = SCOPE, **more: Any) -> HandedClient:
    return registered(owner, scopes=scopes, **{"launch_url": OPENED_AT, **more})


@dataclass
class Desk:
    """A doctor before the page of a person, and an app that can be opened there."""

    doctor: Account
    person: int
    browser: Browser = field(init=False)
    app: HandedClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser, self.app = signed_in(self.doctor), an_app(self.doctor)

    @property
    def page(self) -> str:
        return f"/people/{self.person}/"

    @property
    def visit(self) -> str:
        return str(
            one("SELECT DISTINCT encounter FROM records_resource WHERE encounter <> '' AND person_id = %s", self.person)
        )

    def open(self, visit: str = "", browser: Browser | None = None) -> Any:
        at = f"{self.page}visits/{visit}/" if visit else self.page
        return (browser or self.browser).post(f"{at}apps/{self.app.client.client_id}/")

    def launch(self, visit: str = "") -> str:
        """The value that the app's launch page is given."""
        sent = self.open(visit)
        assert sent.status_code == 303, sent.content.decode()
        return str(parse_qs(urlsplit(sent["Location"]).query)["launch"][0])

    def flow(self, launch: str, scope: str = SCOPE, **more: Any) -> Flow:
        given: dict[str, Any] = {"handed": self.app, "browser": self.browser, **more}
        return Flow(scope=scope, changes={"aud": FHIR, "launch": launch}, **given)


@pytest.fixture
def desk(mine_and_other: tuple[int, int]) -> Desk:  # noqa: F811
    return Desk(account_at("doctor", "01000"), mine_and_other[0])


def elsewhere() -> Facility:
    return Facility.objects.create(code="01002", name="x", folded_name="x", kind="station")


def arrive(flow: Flow) -> Any:
    """The app's question, followed to where the person is put before it: the consent page, or back to the app."""
    sent = flow.ask()
    assert sent["Location"].startswith("/oauth/launch?"), sent["Location"]
    back = flow.browser.get(sent["Location"])
    return flow.browser.get(back["Location"]) if back["Location"].startswith("/oauth/authorize?") else back


def refused(flow: Flow) -> bool:
    """Whether the app is told that its launch leads nowhere, with its state, and nothing is granted."""
    answer = arrive(flow)
    told = answer_of(answer)
    assert answer["Location"].startswith(flow.redirect_uri)
    assert told["state"] == flow.state
    assert flow.decide().status_code == 303  # a decision without the page's question leads back to it
    return told["error"] == "invalid_request" and told["error_description"].startswith("HS2410 ")


@pytest.mark.smart(165, 173, 349, 352, 359, 361)
def test_the_person_on_the_page_is_the_patient_of_the_app(desk: Desk, mine_and_other: tuple[int, int]) -> None:  # noqa: F811
    assert "Mở trong ứng dụng" in desk.browser.get(desk.page).content.decode()
    sent = desk.open()
    assert sent["Location"].startswith(OPENED_AT + "&")
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert asked["iss"] == [FHIR]
    flow = desk.flow(asked["launch"][0])
    consent = arrive(flow).content.decode()
    assert (
        "NGUYỄN" in consent.upper()
        or one("SELECT name FROM people_person WHERE person_id = %s", desk.person) in consent
    )
    assert "chọn người khác" not in consent
    given = flow.tokens()
    assert (given["patient"], given["need_patient_banner"]) == (fhir_id(desk.person), True)
    assert "encounter" not in given and "launch/encounter" not in given["scope"].split()
    assert {"launch", "fhirUser", "openid"} <= set(given["scope"].split()) and given["id_token"]
    token = given["access_token"]
    assert fhir(token, f"Patient/{fhir_id(desk.person)}").status_code == 200
    assert fhir(token, f"Patient/{fhir_id(mine_and_other[1])}").status_code == 404


@pytest.mark.smart(171, 351, 362)
def test_the_visit_on_the_page_comes_with_it_and_stays(desk: Desk) -> None:
    scope = SCOPE + " offline_access"
    desk.app = an_app(desk.doctor, scope)
    assert f"apps/{desk.app.client.client_id}/" in desk.browser.get(f"{desk.page}visits/{desk.visit}/").content.decode()
    flow = desk.flow(desk.launch(desk.visit), scope)
    assert "lượt khám đang xem" in arrive(flow).content.decode()
    given = flow.tokens()
    assert (given["patient"], given["encounter"]) == (fhir_id(desk.person), desk.visit)
    again = flow.refresh(given["refresh_token"]).json()
    assert (again["patient"], again["encounter"], again["need_patient_banner"]) == (given["patient"], desk.visit, True)


def test_introspection_tells_the_same_context(desk: Desk) -> None:
    desk.app = an_app(desk.doctor, SCOPE, kind="symmetric")
    flow = desk.flow(desk.launch(desk.visit))
    arrive(flow)
    given = flow.tokens()
    told = Browser().post("/oauth/introspect", {"token": given["access_token"], **flow.proof()}).json()
    assert {name: told[name] for name in ("patient", "encounter", "need_patient_banner")} == {
        name: given[name] for name in ("patient", "encounter", "need_patient_banner")
    }


def test_the_address_opens_once(desk: Desk) -> None:
    launch = desk.launch()
    flow = desk.flow(launch)
    assert arrive(flow).status_code == 200
    assert flow.ask().status_code == 200  # the consent page loaded again is the same question
    assert flow.decide().status_code == 302
    assert refused(desk.flow(launch))
    assert refused(desk.flow(launch, browser=signed_in(desk.doctor)))


def test_another_account_cannot_use_it(desk: Desk) -> None:
    launch = desk.launch()
    colleague = signed_in(account_at("doctor", "01000"))
    assert refused(desk.flow(launch, browser=colleague))
    assert arrive(desk.flow(launch)).status_code == 200  # the doctor who opened it still can


def test_another_client_cannot_use_it(desk: Desk) -> None:
    assert refused(desk.flow(desk.launch(), handed=an_app(desk.doctor)))


def test_it_is_over_after_its_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LAUNCH_LIFE == timedelta(minutes=5)
    monkeypatch.setattr("hoso.core.accounts.authorization.launches.LAUNCH_LIFE", timedelta(microseconds=1))
    assert refused(desk.flow(desk.launch()))


def test_one_that_was_made_up_is_told_the_same(desk: Desk) -> None:
    assert refused(desk.flow("made-up"))


def test_nobody_out_of_sight_is_opened(desk: Desk) -> None:
    stranger = signed_in(account_at("doctor", "80901"))
    assert desk.open(browser=stranger).status_code == 404
    assert desk.open(desk.visit, browser=stranger).status_code == 404
    assert desk.open("no-such-visit").status_code == 404
    assert not Launch.objects.exists()


def test_who_may_no_longer_see_the_person_gets_nothing(desk: Desk) -> None:
    launch = desk.launch()
    with as_operator():
        Assignment.objects.filter(account=desk.doctor).update(facility=elsewhere())
    assert refused(desk.flow(launch))
    assert events("refuse")[-1]["reason"] == "launch leads nowhere"


@pytest.mark.smart(18)
def test_without_the_scope_there_is_no_launch(desk: Desk) -> None:
    told = answer_of(desk.flow(desk.launch(), "openid patient/Patient.rs").ask())
    assert told["error"] == "invalid_scope"


def test_the_scope_without_a_launch_is_not_granted(desk: Desk) -> None:
    flow = desk.flow("", "launch openid user/Patient.rs")
    desk.app = flow.handed = an_app(desk.doctor, "launch openid user/Patient.rs")
    flow.changes.pop("launch")
    given = flow.tokens()
    assert "launch" not in given["scope"].split() and "patient" not in given


def test_a_launch_is_offered_only_where_it_can_be_used(desk: Desk) -> None:
    theirs = an_app(desk.doctor, facility=elsewhere())
    standalone = registered(desk.doctor, scopes="openid user/Patient.rs")
    page = desk.browser.get(desk.page).content.decode()
    assert desk.app.client.client_id in page
    for other in (theirs, standalone):
        assert other.client.client_id not in page
        assert desk.browser.post(f"{desk.page}apps/{other.client.client_id}/").status_code == 404
    close_client(operator("test"), desk.app.client)
    assert "Mở trong ứng dụng" not in desk.browser.get(desk.page).content.decode()
    assert desk.open().status_code == 404


def test_software_cannot_open_an_app(desk: Desk) -> None:
    token = create_own_token(operator("test"), desk.doctor, "t", 1, ["__hoso/record.read"])
    address = f"{desk.page}apps/{desk.app.client.client_id}/"
    answer = Browser().post(address, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 403 and "HS2252" in answer.content.decode()


def test_two_apps_side_by_side_keep_their_own_person(desk: Desk, mine_and_other: tuple[int, int]) -> None:  # noqa: F811
    first, other = desk.flow(desk.launch()), Desk(desk.doctor, mine_and_other[1])
    other.browser, other.app = desk.browser, desk.app
    second = other.flow(other.launch())
    assert arrive(first).status_code == arrive(second).status_code == 200
    assert second.tokens()["patient"] == fhir_id(other.person)
    assert first.tokens()["patient"] == fhir_id(desk.person)


def test_the_log_of_the_person_tells_of_it(desk: Desk) -> None:
    arrive(desk.flow(desk.launch(desk.visit)))
    told = [event["object"] for event in events("read") if event["person_id"] == desk.person]
    client = f"Client/{desk.app.client.client_id}"
    assert told[-2:] == [f"Encounter/{desk.visit} opened in {client}", f"opened in {client}"]


@pytest.mark.parametrize(
    ("scopes", "address"),
    [("openid", OPENED_AT), (SCOPE, "http://app.example.vn/launch"), (SCOPE, "vn.example.app:/launch"), (SCOPE, "x")],
)
def test_an_app_that_cannot_be_opened_is_not_registered(desk: Desk, scopes: str, address: str) -> None:
    with pytest.raises(HosoError, match="HS2253"):
        an_app(desk.doctor, scopes, launch_url=address)


def test_the_database_keeps_a_launch_short_and_used_once(desk: Desk) -> None:
    desk.launch()
    for change in ("expires_at = expires_at + interval '1 minute'", "patient = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE authorization_launch SET used_at = now(), {change}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE authorization_launch SET used_at = now()")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE authorization_launch SET used_at = NULL")
