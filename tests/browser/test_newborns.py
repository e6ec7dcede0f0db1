"""A child is born: record and card before discharge, the number later to the same person; a card leads nowhere by itself."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import HOSPITAL


@pytest.fixture
def mother(house: House) -> tuple[int, str]:
    """A woman whom the doctor's hospital knows."""
    (found,) = house.rows(
        "SELECT p.person_id, i.value FROM people_person p JOIN people_identifier i ON i.person_id = p.person_id"
        " JOIN access_care_relation c ON c.person_id = p.person_id JOIN places_facility f ON f.id = c.facility_id"
        " WHERE f.code = %s AND p.sex = 2 AND p.birth_date BETWEEN '1980-01-01' AND '2002-01-01' AND NOT p.provisional"
        " AND p.merged_into IS NULL AND i.kind = 'personal_number' AND NOT i.contested ORDER BY p.person_id LIMIT 1",
        HOSPITAL,
    )
    return int(found[0]), str(found[1])


def test_newborn_at_discharge_gets_record_and_card(enter: Enter, house: House, mother: tuple[int, str]) -> None:
    page = enter("bacsi")
    person_id, number = mother
    name = house.one("SELECT name FROM people_person WHERE person_id = %s", person_id)
    page.locator("#q").fill(f"{number}||{name}|01011990|Nữ|Tổ 1 (mẫu)|01012022")  # as the reader of a CCCD types it
    page.locator("#results a.hit").click()
    page.get_by_role("link", name="Trẻ sơ sinh").click()
    born = datetime.now() - timedelta(days=1)
    _register(page, born, "1", 1)
    expect(page.get_by_role("status")).to_contain_text("Đã lập hồ sơ và cấp thẻ")
    expect(page.locator("section.banner")).to_contain_text(f"CON 1 BÀ {str(name).upper()}")
    card = page.locator("#held-title .number").inner_text()
    with page.expect_download() as arrived:
        page.get_by_role("button", name="In thẻ (PDF)").click()
    content = arrived.value.path().read_bytes()
    assert content.startswith(b"%PDF")

    page.goto(f"/people/{person_id}/newborns/")  # the twin is another person
    _register(page, born, "1", 2)
    children = house.rows("SELECT person_id, birth_order FROM people_birth WHERE mother_id = %s ORDER BY 2", person_id)
    assert [order for _, order in children] == [1, 2] and children[0][0] != children[1][0]
    page.goto(f"/people/{person_id}/newborns/")
    _register(page, born, "1", 2)  # registered once more: the same child
    assert house.one("SELECT count(*) FROM people_birth WHERE mother_id = %s", person_id) == 2
    assert house.one("SELECT count(*) FROM people_card WHERE person_id = %s AND state = 'active'", children[1][0]) == 1

    page.goto(f"/people/{person_id}/newborns/")
    first = page.locator("article").first
    first.get_by_text("Ghi số định danh").click()
    first.get_by_label("Số định danh, mã số BHXH").fill("079226000123")
    first.get_by_label("Họ tên trên giấy khai sinh").fill("LÊ MINH AN")
    first.get_by_role("button", name="Ghi số").click()
    expect(page.locator("section.banner")).to_contain_text("LÊ MINH AN")
    assert house.one("SELECT person_id FROM people_identifier WHERE value = '079226000123'") == children[0][0]

    _card_is_found_by_a_second_mark_alone(page, card, f"{born:%d/%m/%Y}")
    page.goto(f"/people/{children[0][0]}/cards/")
    page.get_by_label("Lý do cấp lại hoặc khóa").fill("Mất thẻ")
    page.get_by_role("button", name="Khóa thẻ").click()
    expect(page.get_by_text("chưa có thẻ đang có hiệu lực")).to_be_visible()
    page.goto("/cards/")
    _look_up(page, card, f"{born:%d/%m/%Y}")
    expect(page.get_by_text("Thẻ không còn hiệu lực")).to_be_visible()


def test_a_card_given_anew_says_that_the_former_one_holds_no_more(
    enter: Enter, house: House, mother: tuple[int, str]
) -> None:
    page = enter("bacsi")
    page.goto(f"/people/{mother[0]}/cards/")
    page.get_by_role("button", name="Cấp thẻ").click()
    first = page.locator("#held-title .number").inner_text()
    expect(page.get_by_text("không còn hiệu lực")).to_have_count(0)
    page.get_by_label("Lý do cấp lại hoặc khóa").fill("Thẻ gãy")
    page.get_by_role("button", name="Cấp lại thẻ").click()
    expect(page.locator(".note.warn")).to_contain_text(f"{first} không còn hiệu lực từ")
    assert page.locator("#held-title .number").inner_text() != first
    expect(page.locator("tr", has_text=first)).to_contain_text("Đã được thay")


def _register(page: Page, born: datetime, sex: str, order: int) -> None:
    page.get_by_label("Ngày, giờ sinh").fill(f"{born:%Y-%m-%dT%H:%M}")
    page.get_by_label("Giới tính").select_option(sex)
    page.get_by_label("Cân nặng").fill("3100")
    page.get_by_label("Số trẻ của lần sinh này").fill("2")
    page.get_by_label("Thứ tự sinh").fill(str(order))
    page.get_by_role("button", name="Lập hồ sơ và cấp thẻ").click()
    page.wait_for_url("**/cards/")


def _card_is_found_by_a_second_mark_alone(page: Page, card: str, born: str) -> None:
    page.goto("/people/")
    page.locator("#q").fill(f"HOSO-THE:{card}")
    expect(page.get_by_text("hỏi thêm ngày sinh hoặc họ tên")).to_be_visible()
    assert page.locator("#results a.hit").count() == 0
    page.get_by_label("Ngày sinh (dd/mm/yyyy) hoặc họ tên").fill("01/01/1900")
    page.locator("#results").get_by_role("button", name="Tìm").click()
    expect(page.get_by_text("Không khớp")).to_be_visible()
    _look_up(page, card, born)
    expect(page.locator("main a.hit")).to_have_text("LÊ MINH AN")


def _look_up(page: Page, card: str, mark: str) -> None:
    page.get_by_label("Mã hoặc số trên thẻ").fill(card)
    page.get_by_label("Ngày sinh (dd/mm/yyyy) hoặc họ tên").fill(mark)
    page.get_by_role("button", name="Tìm").click()
