"""A facility's records officer sends and sees the facility's own packages and no other's."""

import json
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import HOSPITAL
from tests.browser.sending import account, choose
from tests.browser.watching import Watch, refused
from tests.claim_packages import read_claims


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


def test_exports_an_own_package_as_todays_decision(enter: Enter, house: House) -> None:
    page = enter("hoso")
    own = house.one(
        "SELECT min(c.package_id) FROM intake_current_visit c JOIN places_facility f ON f.id = c.facility_id"
        " JOIN intake_visit v USING (package_id, ordinal) WHERE f.code = %s AND v.version = 'qd4210'", HOSPITAL,
    )  # fmt: skip
    page.goto(f"/intake/packages/{own}/")
    page.get_by_role("link", name="Xuất gói 3176…").click()
    page.get_by_label("Lý do").fill("gửi lại cơ quan BHXH")
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        (package,) = [name for name in archive.namelist() if name.endswith(".xml")]
        claims = read_claims(archive.read(package))
        assert json.loads(archive.read("bao-cao.json"))["summary"]["written"] == len(claims) > 0
        assert "CHUKYDONVI" in archive.read("bao-cao.txt").decode()
    assert all("MA_THE_BHYT" in claim.summary for claim in claims)


def test_sees_no_record(enter: Enter, house: House, watch: Watch) -> None:
    page = enter("hoso")
    person_id = house.one("SELECT max(person_id) FROM people_person")
    for path in ("/people/", f"/people/{person_id}/", f"/intake/people/{person_id}/", "/intake/conflicts/"):
        assert refused(page, watch, path, 403) == "HS2001"


def _a_package(house: House, facility: str) -> Path:
    """The oldest package of a facility: nothing in it was sent before, nothing was corrected."""
    return min(house.sent.glob(f"packages/*/{facility}/*.xml"), key=lambda path: path.name)
