"""A facility's records officer sends and sees the facility's own packages and no other's."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import HOSPITAL
from tests.browser.sending import account, choose
from tests.browser.watching import Watch, refused


def test_sees_only_own_packages(enter: Enter, house: House, watch: Watch) -> None:
    page = enter("hoso")
    page.get_by_role("link", name="Tiếp nhận", exact=True).click()
    name = house.one("SELECT name FROM places_facility WHERE code = %s", HOSPITAL)
    shown = page.locator("table.packages tbody tr td:nth-child(2)").all_inner_texts()
    assert shown
    assert set(shown) == {name}
    own = house.one(
        "SELECT count(*) FROM intake_visit v JOIN places_facility f ON f.id = v.facility_id WHERE f.code = %s", HOSPITAL
    )
    expect(page.locator("#account")).to_contain_text(f"{own} hồ sơ nhận được")
    foreign = house.one(
        "SELECT max(v.package_id) FROM intake_visit v JOIN places_facility f ON f.id = v.facility_id WHERE f.code <> %s",
        HOSPITAL,
    )
    for address in ("", "original/", "row/", "step/"):
        assert refused(page, watch, f"/intake/packages/{foreign}/{address}", 404) == "HS5001"


def test_may_not_send_for_another_facility(enter: Enter, house: House, tmp_path: Path) -> None:
    page = enter("hoso")
    page.goto("/intake/")
    own, foreign = _a_package(house, HOSPITAL), _a_package(house, "80911")
    refusal = choose(page, foreign).locator(".refusal")
    expect(refusal).to_contain_text("HS3015")
    expect(refusal).to_contain_text("80911")
    assert account(choose(page, own))["unchanged"] > 0


def test_sees_no_record(enter: Enter, house: House, watch: Watch) -> None:
    page = enter("hoso")
    person_id = house.one("SELECT max(person_id) FROM people_person")
    for path in ("/people/", f"/people/{person_id}/", f"/intake/people/{person_id}/", "/intake/conflicts/"):
        assert refused(page, watch, path, 403) == "HS2001"


def _a_package(house: House, facility: str) -> Path:
    """The oldest package of a facility: nothing in it was sent before, nothing was corrected."""
    return min(house.sent.glob(f"packages/*/{facility}/*.xml"), key=lambda path: path.name)
