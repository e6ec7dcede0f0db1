"""An app that the administrator registers with a launch address is offered on the page of a person and of a visit."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import chronic_patient
from tests.browser.test_every_page import NARROW, _too_wide, _visit_address

WIDE = {"width": 1366, "height": 768}
SCOPES = "launch launch/encounter openid fhirUser patient/Observation.rs"


def _register(administrator: Page) -> None:
    administrator.goto("/clients/new/")
    form = {
        "name": "Đường cong tăng trưởng", "owner": "quantri", "scopes": SCOPES,
        "redirect_uris": "https://app.example.vn/index", "launch_url": "https://app.example.vn/launch",
    }  # fmt: skip
    for name, value in form.items():
        administrator.locator(f"#{name}").fill(value)
    administrator.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(administrator.get_by_text("https://app.example.vn/launch")).to_be_visible()


def test_it_is_offered_where_a_record_is_read(enter: Enter, house: House) -> None:
    _register(enter("quantri"))
    patient = chronic_patient(house)
    for address in (f"/people/{patient.person_id}/", _visit_address(house, patient)):
        for size in (WIDE, NARROW):
            page = enter("bacsi", viewport=size)
            page.goto(address)
            page.get_by_text("Mở trong ứng dụng").click()
            button = page.get_by_role("button", name="Đường cong tăng trưởng")
            expect(button).to_be_visible()
            form: Any = button.locator("xpath=ancestor::form")
            assert form.get_attribute("target") == "_blank" and form.get_attribute("rel") == "noopener"
            assert size is WIDE or _too_wide(page) == []
            assert grave_findings(page) == []
            _keep(page, f"{'visit' if 'visits' in address else 'person'}-{size['width']}")


def _keep(page: Page, name: str) -> None:
    """A picture for whoever looks, in the folder PICTURES where it is set."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
