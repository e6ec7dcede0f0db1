"""A doctor hands out papers: the file comes, is signed, and the page that checks signatures says so; a changed one is caught."""

from pathlib import Path

import pypdfium2
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import HOSPITAL


def _printed(page: Page, number: int) -> bytes:
    form = page.locator("details.print-paper").nth(number)
    form.locator("summary").click()
    with page.expect_download() as given:
        form.locator("button[value=pdf]").click()
    return Path(given.value.path()).read_bytes()


def _words(pdf: bytes) -> str:
    pages = (one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    return " ".join(" ".join(pages).split())


def test_the_papers_of_a_stay_and_the_summary(enter: Enter, house: House, tmp_path: Path) -> None:
    planted = {case["ma_lk"] for case in house.planted}
    stay = next(
        one for one in house.claims.values()
        if {7, 8} <= one.tables.keys() and one.summary["MA_CSKCB"] == HOSPITAL and one.ma_lk not in planted
    )  # fmt: skip
    person_id = house.person_of(stay.ma_lk)
    encounter = house.one("SELECT encounter FROM intake_visit WHERE ma_lk = %s LIMIT 1", stay.ma_lk)
    page = enter("bacsi")
    page.goto(f"/people/{person_id}/")
    summary = _printed(page, 0)
    assert "TÓM TẮT HỒ SƠ SỨC KHỎE" in _words(summary) and "Dữ liệu tổng hợp" in _words(summary)
    page.goto(f"/people/{person_id}/visits/{encounter}/")
    papers = page.locator("details.paper")
    found = []
    for number in range(papers.count()):
        papers.nth(number).locator("summary").first.click()
        found.append(_words(_printed(page, number)))
    assert any("GIẤY RA VIỆN" in one for one in found) and any("TÓM TẮT HỒ SƠ BỆNH ÁN" in one for one in found)
    assert all("Ký số bởi" in one and "không có giá trị pháp lý" in one for one in found)
    changed = bytearray(summary)
    changed[summary.find(b"stream") + 40] ^= 1
    for content, tag in ((summary, ".tag.ok"), (bytes(changed), ".tag.bad")):
        (tmp_path / "giay.pdf").write_bytes(content)
        page.goto("/signatures/")
        page.locator("#file").set_input_files(tmp_path / "giay.pdf")
        page.locator("form.fields button").click()
        expect(page.locator(f"#verdict ~ p {tag}")).to_be_visible()
