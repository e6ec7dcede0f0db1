"""Asking for consent at the desk: nothing is ticked, refusing costs no care, withdrawing is one press."""

import json

from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import chronic_patient


def _open(page: Page, house: House, person_id: int) -> None:
    ((number, year),) = house.rows(
        "SELECT i.value, extract(year FROM p.birth_date)::int::text FROM people_person p JOIN people_identifier i"
        " ON i.person_id = p.person_id AND i.kind IN ('personal_number', 'card') WHERE p.person_id = %s LIMIT 1",
        person_id,
    )
    page.goto("/consents/")
    page.get_by_label("Số định danh").fill(number)
    page.get_by_label("Năm sinh").fill(year)
    page.get_by_role("button", name="Tiếp tục").click()


def test_nothing_is_ticked_and_what_the_law_wants_told_is_there(enter: Enter, house: House) -> None:
    page = enter("tiepdon")
    _open(page, house, chronic_patient(house).person_id)
    expect(page.locator("fieldset.question")).to_have_count(2)
    assert page.locator("input:is([type=radio], [type=checkbox])").count() >= 4
    assert page.locator("input:checked").count() == 0
    assert page.locator("input[checked], option[selected]").count() == 0
    for question in page.locator("fieldset.question").all():
        for words in (
            "nhạy cảm",
            "Loại dữ liệu",
            "Mục đích",
            "Bên kiểm soát dữ liệu",
            "Quyền của ông/bà",
            "vẫn được khám",
        ):
            expect(question).to_contain_text(words)
        assert question.get_by_role("radio").count() == 2  # yes and no weigh the same
    assert grave_findings(page) == []


def test_refusing_every_side_purpose_leaves_care_as_it_is(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    page = enter("tiepdon")
    _open(page, house, patient.person_id)
    expect(page.locator("fieldset.question")).to_have_count(2)  # `all` does not wait
    for refusal in page.get_by_role("radio", name="Không đồng ý").all():
        refusal.check()
    page.get_by_role("button", name="Ghi nhận").click()
    expect(page.get_by_text("từ chối")).to_have_count(2)
    doctor = enter("bacsi")
    doctor.goto(f"/people/{patient.person_id}/")
    doctor.locator(".visit-link").first.click()
    expect(doctor.locator(".banner-name")).to_have_text(patient.name)


def test_giving_reading_the_proof_and_withdrawing_in_one_press(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    page = enter("tiepdon")
    _open(page, house, patient.person_id)
    page.get_by_role("radio", name="Tôi đồng ý nhận tin nhắc").check()
    page.get_by_role("button", name="Ghi nhận").click()
    page.get_by_role("link", name="Nhắc lịch khám").first.click()
    expect(page.locator(".note.success")).to_contain_text("khớp nhau")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải bản kiểm chứng").click()
    content = json.loads(download.value.path().read_text())
    assert content["fhir"]["resourceType"] == "Consent" and "PUBLIC KEY" in content["public_key"]
    page.get_by_role("button", name="Rút lại sự đồng ý").click()
    expect(page.get_by_text("đã rút lại lúc")).to_be_visible()
    assert house.one("SELECT count(*) FROM changes_change WHERE topic = 'consent.withdrawn'") >= 1


def test_a_changed_text_is_told_on_the_proof(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    page = enter("tiepdon")
    _open(page, house, patient.person_id)
    page.get_by_role("radio", name="Tôi đồng ý nhận tin nhắc").check()
    page.get_by_role("button", name="Ghi nhận").click()
    page.get_by_role("link", name="Nhắc lịch khám").first.click()
    proof = page.url.rsplit("/", 2)[1]
    import psycopg

    with psycopg.connect(house.database.admin_url) as owner:  # the trigger has to be lifted first: nobody else can
        owner.execute("ALTER TABLE consent_decision DISABLE TRIGGER consent_decision_keep")
        owner.execute("UPDATE consent_decision SET wording = wording || '.' WHERE id = %s", [proof])
        owner.execute("ALTER TABLE consent_decision ENABLE TRIGGER consent_decision_keep")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("KHÔNG hợp lệ")
