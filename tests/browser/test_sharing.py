"""A doctor asks to see somebody who was never there; the person's code opens the record, and revoking shuts it at once."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import HOSPITAL
from tests.browser.watching import Watch, refused


@dataclass(frozen=True)
class Stranger:
    """Somebody of full age with a number and a telephone, whom the doctor's hospital has never seen."""

    person_id: int
    name: str
    number: str
    year: str


@pytest.fixture
def stranger(house: House) -> Stranger:
    found = house.rows(
        """
        SELECT p.person_id, p.name, i.value, extract(year FROM p.birth_date)::int::text FROM people_person p
        JOIN people_identifier i ON i.person_id = p.person_id AND i.kind = 'personal_number' AND NOT i.contested
        WHERE p.phone <> '' AND p.birth_date < '2000-01-01' AND NOT p.provisional AND p.merged_into IS NULL AND NOT EXISTS (
            SELECT 1 FROM access_care_relation c JOIN places_facility f ON f.id = c.facility_id
            WHERE c.person_id = p.person_id AND f.code = %s)
          AND NOT EXISTS (SELECT 1 FROM accounts_assignment a WHERE a.place_id = p.place_id)
          AND (SELECT count(*) FROM sharing_share s WHERE s.person_id = p.person_id) = 0
        ORDER BY p.person_id LIMIT 1
        """,
        HOSPITAL,
    )
    return Stranger(*found[0])


def ask(page: Page, stranger: Stranger, visit: str, practitioner: str = "") -> None:
    page.goto("/share/")
    form = page.locator("form[action='/share/ask/']")
    form.get_by_label("Số định danh").fill(stranger.number)
    form.get_by_label("Năm sinh").fill(stranger.year)
    form.get_by_label("Số tiếp đón").fill(visit)
    if practitioner:
        form.get_by_label("Người hành nghề").select_option(label=practitioner)
    form.get_by_role("button", name="Gửi mã").click()
    expect(page.get_by_label("Mã người dân đọc")).to_be_visible()


def code_received(page: Page) -> str:
    """The newest message of the simulated telephone, read in a window of its own."""
    phone = page.context.new_page()
    phone.goto("/simulated/sms/")
    text = phone.locator("main .card").first.inner_text()
    phone.close()
    assert "trừ nội dung nhạy cảm" in text
    found = re.search(r"Mã (\d{6}) cho", text)
    assert found
    return found[1]


def test_the_code_opens_the_record_and_revoking_shuts_an_open_page(
    enter: Enter, house: House, watch: Watch, stranger: Stranger
) -> None:
    doctor = enter("bacsi")
    record = f"/people/{stranger.person_id}/"
    assert refused(doctor, watch, record, 404) == "HS4003"
    ask(doctor, stranger, "TD-1")
    assert stranger.name not in doctor.content()
    code = code_received(doctor)
    doctor.get_by_label("Mã người dân đọc").fill(f"{(int(code) + 1) % 1_000_000:06}")
    doctor.get_by_role("button", name="Mở hồ sơ").click()
    expect(doctor.locator(".note.error")).to_contain_text("còn 4 lần thử")
    doctor.get_by_label("Mã người dân đọc").fill(code)
    doctor.get_by_role("button", name="Mở hồ sơ").click()
    share = doctor.url
    doctor.get_by_role("link", name="Xem hồ sơ").click()
    expect(doctor.locator(".banner-name")).to_have_text(stranger.name)

    desk = enter("tiepdon")
    desk.goto(share)
    desk.get_by_role("button", name="Thu hồi ngay").click()
    expect(desk.locator(".note.success")).to_be_visible()
    assert refused(doctor, watch, record, 404) == "HS4003"


def test_the_desk_offers_for_the_doctor_and_another_doctor_gets_nothing(
    enter: Enter, house: House, watch: Watch, stranger: Stranger
) -> None:
    desk = enter("tiepdon")
    ask(desk, stranger, "TD-2", "BS. Nguyễn Minh Anh (mẫu)")
    nurse = enter("tram")
    assert refused(nurse, watch, desk.url.removeprefix(house.url), 404) == "HS2300"
    desk.get_by_label("Mã người dân đọc").fill(code_received(desk))
    desk.get_by_role("button", name="Mở hồ sơ").click()
    expect(desk.get_by_text("đang mở")).to_be_visible()
    assert desk.get_by_role("link", name="Xem hồ sơ").count() == 0  # the desk itself sees no record
    doctor = enter("bacsi")
    doctor.goto(f"/people/{stranger.person_id}/")
    expect(doctor.locator(".banner-name")).to_have_text(stranger.name)
    assert refused(nurse, watch, f"/people/{stranger.person_id}/", 404) == "HS4003"


def test_a_sheet_for_who_has_no_telephone(enter: Enter, stranger: Stranger) -> None:
    nurse = enter("tram")
    nurse.goto("/share/")
    form = nurse.locator("form[action='/share/sheet/']")
    form.get_by_label("Số định danh").fill(stranger.number)
    form.get_by_label("Năm sinh").fill(stranger.year)
    form.get_by_label("Mã cơ sở").fill(HOSPITAL)
    form.get_by_role("button", name="Tạo phiếu").click()
    expect(nurse.get_by_role("img", name="Mã QR")).to_be_visible()
    assert nurse.locator("svg.qr").evaluate("picture => picture.getBoundingClientRect().width") > 100
    assert nurse.locator("svg.qr path").count() == 1
    assert grave_findings(nurse) == []
    text = nurse.locator("p.code-text").inner_text()
    doctor = enter("bacsi")
    doctor.goto("/share/")
    doctor.get_by_label("Quét mã QR").fill(text)
    doctor.locator("#sheet-encounter").fill("TD-3")
    doctor.get_by_role("button", name="Mở hồ sơ bằng phiếu").click()
    doctor.get_by_role("link", name="Xem hồ sơ").click()
    expect(doctor.locator(".banner-name")).to_have_text(stranger.name)


def test_a_wrong_year_finds_nobody(enter: Enter, watch: Watch, stranger: Stranger) -> None:
    doctor = enter("bacsi")
    doctor.goto("/share/")
    form = doctor.locator("form[action='/share/ask/']")
    form.get_by_label("Số định danh").fill(stranger.number)
    form.get_by_label("Năm sinh").fill(str(int(stranger.year) - 1))
    form.get_by_label("Số tiếp đón").fill("TD-4")
    watch.expect_refusal("/share/ask/")
    form.get_by_role("button", name="Gửi mã").click()
    expect(doctor.locator(".error-card .code")).to_have_text("HS2307")
