"""npm's fhirclient, unmodified, in a real Chromium against a served house: it launches itself, or is opened from the page of a
person or of a visit, and reads the one patient.

The package comes from npm by the pinned lock in `smart_app`, where node and npm are on the machine; with CI=true their
absence is a failure.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page

from hoso.cli.tests.test_serve import Served
from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.monitoring_notice import accept_notice
from tests.authorization.flow import registered
from tests.browser.conftest import PATIENCE_MS, running_chromium
from tests.claim_packages import package, sample_3176
from tests.database import Database
from tests.intaking import Intake, one, person_of, sign_in
from tests.outside_clients.test_insurer_client import START_SECONDS, wait_for

APP = Path(__file__).with_name("smart_app")
PASSWORD = "Mot-mat-khau-dai-2026"
SCOPES = "launch launch/encounter launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs"


@dataclass(frozen=True)
class House:
    """A served house with one visit, a doctor who may see it, an app that is registered, and where the app is."""

    url: str
    app: str
    client_id: str
    username: str
    person: int
    patient: str
    visit: str
    name: str


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's pages and the library they load."""
    if not (shutil.which("node") and shutil.which("npm")):
        _without("node and npm are not on this machine")
    folder = tmp_path_factory.mktemp("smart_app")
    for path in APP.iterdir():
        shutil.copy(path, folder)
    done = subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True, check=False, timeout=300)  # fmt: skip
    if done.returncode:
        _without(f"npm ci failed: {done.stderr[-300:]}")
    shutil.copy(folder / "node_modules" / "fhirclient" / "build" / "fhir-client.js", folder)
    return folder


def _without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(f"fhirclient LEFT OUT: {reason}")


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def house(own_database: Database, app_folder: Path) -> Iterator[House]:
    claim = sample_3176()
    Intake(own_database.home / "sent").send(package(claim))
    person = person_of(claim.ma_lk)
    visit = one("SELECT DISTINCT encounter FROM records_resource WHERE encounter <> '' AND person_id = %s", person)
    patient, name = (
        one(f"SELECT {column} FROM people_person WHERE person_id = %s", person) for column in ("patient_id", "name")
    )
    doctor = sign_in("doctor", "01000", password=PASSWORD)
    accept_notice(doctor)
    pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(app_folder)))
    Thread(target=pages.serve_forever, daemon=True).start()
    app = f"http://127.0.0.1:{pages.server_port}"
    handed = registered(doctor, "public", SCOPES, redirect_uris=[f"{app}/index.html"])
    opened = registered(doctor, "public", SCOPES, redirect_uris=[f"{app}/index.html"], launch_url=f"{app}/launch.html")
    Client.objects.filter(pk=opened.client.pk).update(launch_url=f"{app}/launch.html?client={opened.client.client_id}")
    server = Served(own_database)
    try:
        wait_for(server.is_up, START_SECONDS)
        url = f"http://127.0.0.1:{server.port}"
        yield House(url, app, handed.client.client_id, doctor.username, person, patient, visit, name)
    finally:
        server.process.kill()
        server.process.wait()
        pages.shutdown()


@pytest.fixture
def page(house: House) -> Iterator[Page]:
    with running_chromium() as browser:
        context = browser.new_context(locale="en-US")
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


def _sign_in(page: Page, house: House) -> None:
    page.get_by_label("Tên đăng nhập").fill(house.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def _told(page: Page) -> dict[str, Any]:
    """What the app shows once it has read."""
    page.wait_for_url("**/index.html**")
    page.wait_for_function("document.title === 'done' || document.title === 'failed'")
    assert page.title() == "done", page.content()[:500]
    told: dict[str, Any] = json.loads(page.locator("#told").inner_text())
    return told


def _check(told: dict[str, Any], house: House) -> None:
    assert (told["id"], told["name"], told["user"]) == (house.patient, house.name, "Practitioner")
    assert set(told["results"]) == {"Observation"} and told["denied"] == 403


def test_a_standalone_launch(page: Page, house: House) -> None:
    page.goto(f"{house.app}/launch.html?iss={house.url}/fhir/r4&client={house.client_id}")
    _sign_in(page, house)
    page.locator("#q").fill(house.name)
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("button", name=house.name).click()
    page.get_by_role("button", name="Đồng ý", exact=True).click()
    _check(_told(page), house)


def _open_from(page: Page, house: House, address: str) -> Page:
    """From a page of the house to the app, which opens in a window of its own; there the doctor is asked."""
    page.goto(house.url + address)
    if "/sign-in/" in page.url:
        _sign_in(page, house)
    page.get_by_text("Mở trong ứng dụng").click()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="App public").click()
    app = opened.value
    app.get_by_role("button", name="Đồng ý", exact=True).click()
    return app


def test_an_app_is_opened_from_the_page_of_a_person_and_of_a_visit(page: Page, house: House) -> None:
    from_person = _told(_open_from(page, house, f"/people/{house.person}/"))
    _check(from_person, house)
    assert (from_person.get("visit"), from_person["banner"]) == (None, True)
    from_visit = _told(_open_from(page, house, f"/people/{house.person}/visits/{house.visit}/"))
    _check(from_visit, house)
    assert from_visit["visit"] == house.visit


def test_the_address_of_a_launch_opens_nothing_a_second_time(page: Page, house: House) -> None:
    addresses: list[str] = []
    page.context.on("request", lambda sent: addresses.append(sent.url) if "launch=" in sent.url else None)
    app = _open_from(page, house, f"/people/{house.person}/")
    _told(app)
    (launched,) = {one for one in addresses if one.startswith(f"{house.app}/launch.html")}
    app.goto(launched)
    app.wait_for_function("document.title === 'failed'")
    assert "HS2410" in app.content()
