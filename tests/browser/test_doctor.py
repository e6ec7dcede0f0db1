"""A doctor finds a person without accents and reads the record; the figures are those that the hospital sent."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from hoso.core.vietnamese.folding import fold
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import Patient, admitted, chronic_patient, drugs, payers


@pytest.fixture
def patient(house: House) -> Patient:
    return chronic_patient(house)


def test_from_the_first_page_to_the_person_by_keys(enter: Enter, patient: Patient) -> None:
    page = enter("bacsi")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(fold(patient.name), delay=20)
    hit = page.locator(f"#results a.hit[href='/people/{patient.person_id}/']")
    expect(hit).to_be_visible()
    while page.evaluate("document.activeElement.getAttribute('href')") != f"/people/{patient.person_id}/":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{patient.person_id}/")
    assert fold(page.locator(".banner-name").inner_text()) == fold(patient.name)


def test_the_banner_stays_in_sight(enter: Enter, patient: Patient) -> None:
    page = enter("bacsi", viewport={"width": 1366, "height": 500})
    page.goto(f"/people/{patient.person_id}/")
    expect(page.locator(".banner")).to_contain_text("Dị ứng: chưa ghi nhận")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("window.scrollY > 100")
    assert _in_sight(page, page.locator(".banner-name"))
    page.locator(".visit-link").first.click()
    expect(page.locator("#source")).to_be_attached()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("window.scrollY > 100")
    assert _in_sight(page, page.locator(".banner-name"))
    page.locator("nav.anchors a[href='#medications']").click()
    heading, banner = page.locator("#medications h2").bounding_box(), page.locator(".banner").bounding_box()
    assert heading is not None
    assert banner is not None
    assert heading["y"] >= banner["y"] + banner["height"]  # a jump does not end beneath the banner


def test_the_timeline_shows_every_visit_newest_first_and_the_gaps(enter: Enter, patient: Patient) -> None:
    page = enter("bacsi")
    page.goto(f"/people/{patient.person_id}/")
    while page.locator(".timeline .more a").count():
        shown = page.locator(".timeline .visit").count()
        page.locator(".timeline .more a").click()
        expect(page.locator(".timeline .visit").nth(shown)).to_be_visible()
    days = [text.split(" – ")[0] for text in page.locator(".visit-when").all_inner_texts()]
    assert days == patient.dates
    gaps = page.locator(".timeline .gap")
    expect(gaps.first).to_be_visible()
    assert re.search(r"không có dữ liệu \d+ tháng", gaps.first.inner_text())


def test_a_visit_says_what_was_sent(enter: Enter, house: House, patient: Patient) -> None:
    visit, _, _ = patient.with_trend()
    page = _open_visit(enter, patient, f"{admitted(visit):%d/%m/%Y}")
    expect(page.locator("#diagnoses")).to_contain_text(visit.summary.get("MA_BENH_CHINH") or visit.summary["MA_BENH"])
    assert page.locator("#medications tbody tr").count() == len(drugs(visit))
    assert int(page.locator("nav.anchors a[href='#medications'] span").inner_text()) == len(drugs(visit))
    assert page.locator("#services tbody tr").count() == len(visit.tables[3].rows)
    assert page.locator("#results tbody").count() == len(visit.tables[4].rows)
    shown = {payer: _amount(page.locator(f"#costs .legend li:has(.part-{payer}) strong")) for payer in payers(visit)}
    assert shown == payers(visit)
    assert _amount(page.locator("#costs .total strong")) == sum(payers(visit).values())


def test_a_result_opens_its_trend_and_table(enter: Enter, patient: Patient) -> None:
    visit, name, measurements = patient.with_trend()
    page = _open_visit(enter, patient, f"{admitted(visit):%d/%m/%Y}")
    row = page.locator("#results tbody", has=page.get_by_role("rowheader", name=name, exact=True)).first
    button = row.get_by_role("button")
    button.click()
    expect(row.locator("figure.trend svg")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    row.get_by_text("Xem dạng bảng").click()
    expect(row.locator("figure.trend tbody tr")).to_have_count(measurements)
    button.click()
    expect(row.locator("figure.trend")).to_be_hidden()


def test_a_visit_for_hiv_is_no_trace_for_who_does_not_treat(enter: Enter, house: House) -> None:
    """In the doctor's own hospital: neither a line of the timeline nor a mark nor a word."""
    case = next(case for case in house.planted if case["case"] == "withheld" and case["detail"].startswith("hiv"))
    page = enter("bacsi")
    page.goto("/people/")
    answer = page.request.get(f"/people/{house.person_of(case['ma_lk'])}/")
    content = answer.text()
    if answer.status == 404:  # the person was here for nothing else: as if there were nobody
        nobody = page.request.get("/people/1/").text()
        assert re.sub(r"\w{64}|\d+", "", content) == re.sub(r"\w{64}|\d+", "", nobody)
    else:
        assert answer.status == 200
    assert f"{admitted(house.claims[case['ma_lk']]):%d/%m/%Y}" not in content
    assert "withheld" not in content and "giữ lại" not in content
    assert not re.search(r"B20|Tenofovir|Dolutegravir", content)


def _open_visit(enter: Enter, patient: Patient, day: str) -> Page:
    page = enter("bacsi")
    page.goto(f"/people/{patient.person_id}/")
    while page.locator(".visit-link", has_text=day).count() == 0:
        page.locator(".timeline .more a").click()
    page.locator(".visit-link", has_text=day).first.click()
    expect(page.locator("#diagnoses")).to_be_visible()
    return page


def _in_sight(page: Page, locator: Locator) -> bool:
    box = locator.bounding_box()
    height = page.viewport_size["height"] if page.viewport_size else 0
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


def _amount(locator: Locator) -> Decimal:
    """`1.708.500 đ` as a number."""
    return Decimal(locator.inner_text().removesuffix(" đ").replace(".", "").replace(",", "."))


def test_the_code_of_a_citizens_card_finds_its_bearer(enter: Enter, patient: Patient) -> None:
    visit = next(visit for visit in patient.visits if len(visit.summary.get("SO_CCCD", "")) == 12)
    number, name = visit.summary["SO_CCCD"], visit.summary["HO_TEN"]
    page = enter("bacsi")
    page.locator("#q").fill(f"{number}||{name}|01011800||Tây Ninh|01012022")
    expect(page.locator(f"#results a.hit[href='/people/{patient.person_id}/']")).to_be_visible()
    expect(page.locator(".scanned")).to_contain_text(name)
    expect(page.locator(".scanned")).to_contain_text("ngày sinh")  # the card says another day: told before opening
    page.locator("#q").fill(f"079099999999||{name}|01011980|Nam|Tây Ninh|01012022")
    expect(page.locator("#results .empty")).to_be_visible()
