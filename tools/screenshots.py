"""Make the pictures in docs/screenshots: `.venv/bin/python tools/screenshots.py [--home FOLDER] [--explorer]`.

Serves a demonstration (a new one in a folder that is removed afterwards, or the one in FOLDER) and photographs it in
Chromium. Everything to be seen is synthetic. Needs the development dependencies and Chromium (env CHROMIUM or PATH).
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from hoso.cli.demo_accounts import SignIn, read_sign_ins
from hoso.cli.processes import answers

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
WIDE, NARROW = ViewportSize(width=1366, height=768), ViewportSize(width=375, height=812)
PATIENT = "Trương Thị Như"  # diabetes for years: a long timeline, HbA1c again and again
WORDS = "truong thi"
RESULT = "HbA1c"
START_SECONDS = 600.0
MOST_BYTES = 250_000


class House:
    """A demonstration that is served."""

    def __init__(self, url: str, sign_ins: dict[str, SignIn], browser: Browser) -> None:
        self.url = url
        self.sign_ins = sign_ins
        self.browser = browser

    def enter(self, username: str = "", viewport: ViewportSize = WIDE) -> Page:
        """A window, signed in where a name is given."""
        page = self.browser.new_context(base_url=self.url, viewport=viewport, locale="vi-VN").new_page()
        page.goto("/sign-in/")
        if username:
            page.locator("#id_login").fill(username)
            page.locator("#id_password").fill(self.sign_ins[username].password)
            page.keyboard.press("Enter")
            if self.sign_ins[username].totp_secret:
                page.locator("#id_code").fill(self.sign_ins[username].code_now)
                page.keyboard.press("Enter")
            page.locator("details.me").wait_for()
        return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="data folder of a demonstration")
    parser.add_argument("--explorer", action="store_true", help="only those for docs/guide/phan-tich.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hoso-pictures-") as folder, _served(given.home or Path(folder)) as house:
        PICTURES.mkdir(parents=True, exist_ok=True)
        (_take_explorer if given.explorer else _take_all)(house)


def _take_all(house: House) -> None:
    _keep(house.enter(), "sign-in")
    doctor = house.enter("bacsi")
    doctor.locator("#q").fill(WORDS)
    doctor.locator("#results a.hit").first.wait_for()
    _keep(doctor, "search")
    person = _find(doctor)
    _keep(doctor, "person")
    _open_visit_with_trend(doctor)
    _keep(doctor, "visit")
    telephone = house.enter("bacsi", NARROW)
    telephone.goto(person)
    _keep(telephone, "person-375")
    officer = house.enter("tiepnhan")
    for name, path in (("intake", "/intake/"), ("conflicts", "/intake/conflicts/")):
        officer.goto(path)
        _keep(officer, name)
    _take_openings(house, person)
    _take_hospital(house)
    _take_statistics(house)
    _take_explorer(house)
    administrator = house.enter("quantri")
    for name, path in (
        ("accounts", "/accounts/"),
        ("accounts-list", "/accounts/list/"),
        ("account", "/accounts/?q=bacsi"),
    ):
        administrator.goto(path)
        if name == "account":
            administrator.locator("a.hit").first.click()
        _keep(administrator, name)
    administrator.goto("/accounts/review/")
    _keep(administrator, "account-review")
    _invite(administrator)


def _take_openings(house: House, person: str) -> None:
    """The doctor breaks the glass; oversight reviews it and looks at the audit."""
    doctor = house.enter("bacsi")
    doctor.goto(person)
    number = doctor.locator(".banner-numbers dd").first.inner_text()
    doctor.goto("/access/break-glass/")
    doctor.locator("#number").fill(number)
    doctor.locator("#reason").select_option(index=1)
    doctor.locator("#words").fill("Bất tỉnh khi nhập viện, không có người nhà đi cùng (dữ liệu mẫu).")
    _keep(doctor, "break-glass")
    doctor.on("dialog", lambda dialog: dialog.accept())
    doctor.locator("form.fields button.danger").click()
    doctor.wait_for_url("**/people/*/")
    overseer = house.enter("giamsat")
    for name, path in (
        ("break-glass-review", "/access/reviews/"),
        ("audit", "/audit/"),
        ("audit-accounts", "/audit/accounts/"),
    ):
        overseer.goto(path)
        _keep(overseer, name)


def _invite(page: Page) -> None:
    """An invitation, as it is shown once; whom it is for has an address, so it could go by mail."""
    page.goto("/accounts/?q=tiepdon")
    page.locator("a.hit").first.click()
    page.locator("#email").fill("thu@example.vn")
    page.locator("form:has(#email) button").last.click()
    page.get_by_role("button", name="Gửi lời mời qua thư").click()
    page.get_by_role("button", name="Liên kết mời mới").click()
    page.locator(".link-once").wait_for()
    page.locator(".link-once").evaluate("link => link.textContent = location.origin + '/invitation/…'")
    _keep(page, "invitation")


def _take_hospital(house: House) -> None:
    """For docs/guide/benh-vien.md: sending, a package's account, findings, quarantine, the place in the XML, the sender board."""
    hospital = house.enter("hoso")
    hospital.goto("/intake/")
    _keep(hospital, "hospital-intake")
    officer = house.enter("tiepnhan")
    officer.goto("/intake/senders/")
    _keep(officer, "senders")
    officer.goto("/intake/quarantine/")
    _keep(officer, "quarantine")
    waiting = officer.locator("tbody tr").first
    package = waiting.locator("a[href*='packages']").first.get_attribute("href") or ""
    waiting.locator("a[href*='/xml/']").first.click()
    officer.wait_for_url("**/xml/**")
    _keep(officer, "sent-xml")
    officer.goto(package.partition("?")[0])
    _keep(officer, "package")
    _keep(officer, "findings", "#findings")


def _take_statistics(house: House) -> None:
    """For docs/guide/thong-ke.md: a figure that does not fit, handed in, on the board of quality, returned with a reason."""
    station = house.enter("thongke")
    station.goto("/statistics/")
    station.locator("a.hit[href*='/tt23-4-bct/']").first.click()
    for row, figure in (("DELIV", "5"), ("DELIV_OUT", "6"), ("BIRTH_CERT", "5")):
        station.locator(f"input[data-row={row}]").fill(figure)
        station.keyboard.press("Enter")
        station.get_by_text("Đã lưu", exact=True).wait_for()
    station.get_by_text("không được quá").wait_for()
    station.evaluate("scrollTo(0, 0)")
    _keep(station, "statistics-hints")
    _take_workbook(station)
    _take_conflict(house, station)
    station.get_by_role("link", name="Nộp, duyệt").click()
    station.get_by_role("button", name="Nộp báo cáo").click()
    station.get_by_text("đã nộp, chờ duyệt").first.wait_for()
    _keep(station, "statistics-handed-in")
    province = house.enter("duyettinh")
    province.goto("/statistics/quality/")
    _keep(province, "statistics-quality")
    province.goto("/statistics/approval/")
    province.locator("a.hit").first.click()
    province.locator("input[name='why:DELIV_OUT:']").fill("Nhiều hơn tổng số đẻ, xem lại sổ đẻ")
    province.locator("input[name='why:DELIV_OUT:']").scroll_into_view_if_needed()
    _keep(province, "statistics-return")


def _take_workbook(station: Page) -> None:
    """The form in the window as a workbook that comes back with two figures, one emptied cell and a text; not saved."""
    from hoso.engines.statistics.imports.formats import XLSX_TYPE  # only now: Django has to be set up
    from hoso.engines.statistics.workbook.tests.editing import Edited

    address = station.url
    with station.expect_download() as started:
        station.get_by_role("link", name="Tải bảng tính (XLSX)").click()
    edited = Edited(started.value.path().read_bytes()).fill("DELIV_TEEN", 1).fill("PREG_NEW", 14)
    content = edited.fill("BIRTH_CERT", "").fill("ANC_VISITS", "ba mươi").content()
    station.get_by_text("Tải bảng tính đã điền lên").click()
    station.get_by_label("Tệp XLSX").set_input_files({"name": "bieu.xlsx", "mimeType": XLSX_TYPE, "buffer": content})
    station.get_by_role("button", name="So sánh").click()
    station.locator("#changes").wait_for()
    _keep(station, "statistics-workbook")
    station.goto(address)


def _take_conflict(house: House, station: Page) -> None:
    """The station types without a line, the ministry writes the same cell meanwhile; the station keeps what is there."""
    station.context.set_offline(True)
    station.locator("input[data-row=PREG_NEW]").fill("8")
    station.keyboard.press("Enter")
    station.get_by_text("chờ mạng", exact=True).wait_for()
    ministry = house.enter("thongkebo")
    ministry.goto(station.url)
    ministry.locator("input[data-row=PREG_NEW]").fill("9")
    ministry.keyboard.press("Enter")
    ministry.get_by_text("Đã lưu", exact=True).wait_for()
    station.context.set_offline(False)
    station.get_by_role("button", name="Xem và chọn").click()
    _keep(station, "statistics-conflict")
    station.get_by_role("button", name="Giữ số đang có: 9").click()
    station.locator("#waiting-dialog[open]").wait_for(state="detached")


def _take_explorer(house: House) -> None:
    """For docs/guide/phan-tich.md: a pivot, a chart, the map, where a total comes from, the dashboards."""
    page = house.enter("duyettinh")
    page.goto("/statistics/explore/?scale=1")
    _keep(page, "explorer")
    page.goto("/statistics/explore/?show=line&top=5")
    page.locator("#picture[data-drawn] canvas").first.wait_for()
    page.locator("#picture").scroll_into_view_if_needed()
    _keep(page, "explorer-chart")
    page.goto("/statistics/explore/?show=map")
    page.locator("#picture[data-drawn] canvas").first.wait_for()
    page.locator("#answer-title").evaluate("title => title.scrollIntoView()")
    _keep(page, "explorer-map")
    _take_points(page)
    _take_discussion(page)
    _take_built_report(house, page)
    page.goto("/statistics/explore/")
    page.locator("#find-data").fill("de o vi thanh nien")
    page.locator("a.hit-name", has_text="Tỷ lệ").first.click()
    page.locator("#answer-title", has_text="Tỷ lệ").wait_for()
    page.locator("#pivot tfoot button").last.click()
    page.locator("dialog#figure h3").first.wait_for()
    _keep(page, "explorer-figure")
    for key, user in (
        ("station", "thongke"),
        ("province", "duyettinh"),
        ("ministry", "thongkebo"),
        ("hospital", "thongkebv"),
        ("disease-control", "duyettinh"),
        ("insurance", "duyettinh"),
    ):
        page = house.enter(user)
        page.goto(f"/dashboards/{key}/")
        page.wait_for_selector(".tile-body[aria-busy=true]", state="detached")
        page.locator(".tile figure[data-drawn]").first.wait_for()
        _keep(page, f"dashboard-{key}")


def _take_points(page: Page) -> None:
    """The communes as points."""
    page.goto("/statistics/explore/?show=points")
    page.locator("#picture[data-drawn] canvas").first.wait_for()
    page.locator("#answer-title").evaluate("title => title.scrollIntoView()")
    _keep(page, "explorer-points")


def _take_discussion(page: Page) -> None:
    """A note on dates on the province's chart and a comment below it, both taken back."""
    page.goto("/statistics/explore/?period=MONTHS_THIS_YEAR&place=own&rows=place&columns=period&show=line")
    page.locator("#date-notes details summary").click()
    page.locator("#note-from").fill(f"{date.today() - timedelta(days=150)}")
    page.locator("#note-text").fill("thay sổ đẻ")
    page.locator("#note-text").press("Enter")
    page.locator("#date-notes li form").first.wait_for()
    page.locator("#comment-text").fill("@thongkebo nhờ xem giúp: giảm vì đổi sổ hay vì chưa nộp đủ?")
    page.locator("#comments form button").last.click()
    page.locator("#comments .comment-body").first.wait_for()
    page.locator("#picture[data-drawn] canvas").first.wait_for()
    page.locator("#picture").evaluate("picture => picture.scrollIntoView()")
    _keep(page, "explorer-discussion", "#main")
    page.locator("#date-notes li form button").first.click()
    page.locator("#comments details summary").first.click()
    page.get_by_role("button", name="Rút lại", exact=True).first.click()


def _take_built_report(house: House, page: Page) -> None:
    """A report out of text, a chart and a table: as it is built and read, then subscribed to. It is put away afterwards."""
    page.goto("/built-reports/")
    page.locator("#report-title").fill("Sinh đẻ trong tỉnh, 12 tháng")
    page.keyboard.press("Enter")
    page.locator("#new-text").fill("Số đẻ giảm nhẹ từ đầu năm (dữ liệu mẫu).\n\nBốn xã có nhiều ca nhất ở bảng cuối.")
    page.get_by_role("button", name="Thêm văn bản").click()
    for asked, title in (
        ("place=own&rows=place&columns=period&show=column", "Số đẻ theo tháng"),
        ("place=own/children&rows=place&columns=period&top=4&show=table&scale=1", "Bốn xã nhiều nhất"),
    ):
        page.goto(f"/statistics/explore/?period=LAST_12_MONTHS&{asked}")
        page.locator("details.add-tile summary").click()
        page.locator("#tile-board").select_option(label="Sinh đẻ trong tỉnh, 12 tháng (báo cáo)")
        page.locator("#tile-title").fill(title)
        page.locator("#tile-title").press("Enter")
        page.wait_for_url("**/edit/**")
    page.evaluate("scrollTo(0, 0)")
    _keep(page, "built-report-edit")
    page.get_by_role("link", name="Xem báo cáo").click()
    page.locator(".tile figure[data-drawn]").first.wait_for()
    page.wait_for_selector(".tile-body[aria-busy=true]", state="detached")
    _keep(page, "built-report")
    administrator = house.enter("quantri")
    administrator.goto("/accounts/?q=duyettinh")
    administrator.locator("a.hit").first.click()
    administrator.locator("#email").fill("duyettinh@example.vn")
    administrator.locator("form:has(#email) button").last.click()
    page.get_by_role("link", name="Nhận qua thư…").click()
    page.get_by_role("button", name="Đăng ký").click()
    page.get_by_role("button", name="Dừng").first.wait_for()
    _keep(page, "figures-by-mail")
    page.get_by_role("button", name="Dừng").first.click()
    page.goto("/built-reports/")
    page.get_by_role("link", name="Sinh đẻ trong tỉnh").first.click()
    page.get_by_role("link", name="Sửa báo cáo này").click()
    page.get_by_role("button", name="Cất báo cáo này").click()
    page.wait_for_url("**/built-reports/")


def _find(page: Page) -> str:
    """Open the patient's page; returns its path."""
    page.goto(f"/people/?q={PATIENT}")
    page.get_by_role("link", name=PATIENT).first.click()
    page.wait_for_url("**/people/*/")
    return page.url


def _open_visit_with_trend(page: Page) -> None:
    """The newest visit with the result, its trend open and in the middle of the picture."""
    for address in [link.get_attribute("href") or "" for link in page.locator(".visit-link").all()]:
        page.goto(address)
        row = page.locator("#results tbody", has_text=RESULT)
        if row.count():
            row.first.get_by_role("button").click()
            row.first.locator("figure.trend").wait_for()
            row.first.locator("figure.trend").evaluate("figure => figure.scrollIntoView({block: 'center'})")
            return
    raise LookupError(f"no visit of {PATIENT} with {RESULT}")


def _keep(page: Page, name: str, part: str = "") -> None:
    """Photograph what the window shows, or one part of the page."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    path = PICTURES / f"{name}.png"
    (page.locator(part) if part else page).screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    print(f"{path.name}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise RuntimeError(f"{path.name} is larger than {MOST_BYTES // 1000} kB")


@contextmanager
def _served(home: Path) -> Iterator[House]:
    """`hoso demo` in this folder, and a browser."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    os.environ |= {"HOSO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "hoso.config.settings"}
    django.setup()  # for the codes of the second factor
    environment = {**os.environ, "HOSO_HOME": str(home), "HOSO_BIND": f"127.0.0.1:{address[1]}"}
    process = subprocess.Popen([sys.executable, "-c", "from hoso.cli import main; main()", "demo"], env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the demonstration is not served")
            time.sleep(0.2)
        sign_ins = {sign_in.username: sign_in for sign_in in read_sign_ins(home / "demo" / "sign-ins.json")}
        with sync_playwright() as playwright:
            chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            yield House(f"http://127.0.0.1:{address[1]}", sign_ins, browser)
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    main()
