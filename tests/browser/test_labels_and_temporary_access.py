"""A doctor labels a visit by hand and lifts the label again; an approver opens a record to a student, who reads it, and ends it."""

from playwright.sync_api import expect

from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import chronic_patient
from tests.browser.test_every_page import NARROW, _too_wide, _visit_address


def test_a_label_set_and_lifted(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    page = enter("bacsi")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(_visit_address(house, patient))
    page.get_by_role("link", name="Nhãn nhạy cảm").click()
    labels = page.url
    expect(page.get_by_text("Không có nhãn nhạy cảm nào.")).to_be_visible()
    page.get_by_label("Nhãn", exact=True).select_option("genetic")
    page.get_by_label("Lý do", exact=True).fill("Kết quả xét nghiệm gen kèm theo (mẫu)")
    page.get_by_role("button", name="Đặt nhãn").click()
    expect(page.get_by_text("Đã ghi nhãn; mọi bản của hồ sơ mang nhãn này.")).to_be_visible()
    page.goto(labels)
    expect(page.locator(".versions li")).to_have_count(1)
    assert grave_findings(page) == []
    narrow = enter("bacsi", viewport=NARROW)
    narrow.goto(labels)
    assert _too_wide(narrow) == []
    page.locator("#why").fill("Đặt nhầm lượt khám (mẫu)")
    page.get_by_role("button", name="Gỡ nhãn").click()
    expect(page.get_by_text("Đã gỡ nhãn khỏi mọi bản của hồ sơ.")).to_be_visible()


def test_a_record_opened_to_a_student_and_ended(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    ((number, year),) = house.rows(
        "SELECT i.value, extract(year FROM p.birth_date)::int::text FROM people_person p JOIN people_identifier i"
        " ON i.person_id = p.person_id AND i.kind IN ('personal_number', 'card') WHERE p.person_id = %s LIMIT 1",
        patient.person_id,
    )
    page = enter("duyet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Mở tạm thời").click()
    page.get_by_label("Căn cứ").select_option("training")
    page.get_by_label("Mở cho").select_option(label="SV. Đỗ Thị Xuân (mẫu) (hocvien)")
    page.get_by_label("Số căn cước").fill(number)
    page.get_by_label("Năm sinh").fill(year)
    page.get_by_label("Số văn bản").fill("12/QĐ-BV (mẫu)")
    page.get_by_label("Lý do", exact=True).fill("Học tập tại khoa Nội, theo ca bệnh")
    page.get_by_role("button", name="Mở hồ sơ").click()
    expect(page.locator("article .tag.ok")).to_have_text("đang mở")
    assert patient.name not in page.content()
    assert grave_findings(page) == []
    student = enter("hocvien", viewport=NARROW)
    student.get_by_role("link", name="Hồ sơ được mở").first.click()
    student.get_by_role("link", name=patient.name).click()
    student.locator(".visit-link").first.click()
    expect(student.locator("#diagnoses")).to_be_visible()
    assert "/study/people/" in student.url and student.get_by_role("link", name="Nhãn nhạy cảm").count() == 0
    assert _too_wide(student) == []
    page.get_by_label("Kết thúc sớm vì").fill("Đợt thực tập đã xong")
    page.get_by_role("button", name="Kết thúc").click()
    expect(page.locator("article .tag").first).to_have_text("đã kết thúc sớm")
    student.goto("/study/")
    expect(student.get_by_text("đã hết")).to_be_visible()
    assert patient.name not in student.content()
