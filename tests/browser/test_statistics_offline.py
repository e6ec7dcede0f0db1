"""A nurse of a station types a day without a line; closes and opens the browser; all is saved once, conflicts are shown."""

import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Locator, Page, expect

from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.hints import checks_of, hints_of
from hoso.engines.statistics.loading import VALUE_TYPES
from hoso.engines.statistics.value_types import read_value
from hoso.web.staff.statistics_offline import checks
from tests.browser.accessibility import grave_findings
from tests.browser.conftest import ARGUMENTS, PATIENCE_MS, WIDE, Enter, chromium_path, sign_in
from tests.browser.house import House
from tests.browser.line import Line, line_to
from tests.browser.watching import Watch

FORM, MONTH, OTHER_MONTH, THIRD_MONTH = "tt23-4-bct", "202606", "202607", "202610"
HISTORY = (
    "SELECT e.code, h.number::int FROM statistics_value_history h JOIN statistics_element e ON e.id = h.element_id"
    " JOIN statistics_period p ON p.id = h.period_id WHERE p.iso = %s ORDER BY h.changed_by"
)
VALUES = (
    "SELECT e.code, v.number::int FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id"
    " JOIN statistics_period p ON p.id = v.period_id WHERE p.iso = %s AND NOT v.deleted ORDER BY 1"
)
FIGURES = ("0", "1", "2", "3", "7", "12", "0.5", "1.25", "2.50")
Open = Callable[[], tuple[BrowserContext, Page]]


@pytest.fixture
def line(house: House, watch: Watch) -> Iterator[Line]:
    with line_to(house.address) as found:
        watch.expect_host(found.url.removeprefix("http://"))
        watch.expect_no_line()
        yield found


@pytest.fixture
def open_laptop(chromium: Browser, line: Line, watch: Watch, tmp_path: Path) -> Iterator[Open]:
    """The browser of the station, which may be closed and opened again: what it keeps lies on the disk."""
    opened: list[BrowserContext] = []

    def open_it() -> tuple[BrowserContext, Page]:
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "laptop",
            executable_path=chromium_path(),
            args=ARGUMENTS,
            base_url=line.url,
            viewport={"width": WIDE["width"], "height": WIDE["height"]},
        )
        context.set_default_timeout(PATIENCE_MS)
        watch.attach(context)
        opened.append(context)
        return context, context.pages[0]

    yield open_it
    for context in opened:
        context.close()
    shutil.rmtree(tmp_path / "laptop", ignore_errors=True)


def cell(page: Page, row: str) -> Locator:
    return page.locator(f"input[data-row={row}]")


def put(page: Page, row: str, value: str, state: str) -> None:
    """Type into a cell and go on; until its state stands beside it."""
    cell(page, row).fill(value)
    page.keyboard.press("Enter")
    expect(cell(page, row).locator("+ .cell-state")).to_have_text(state)


def kept_open(page: Page, address: str) -> None:
    page.goto(address)
    until(page, "caches.match(location.href, { ignoreVary: true }).then(Boolean)")


def until(page: Page, promise: str) -> None:
    """Until the script's promise holds (`wait_for_function` takes the promise itself for an answer)."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(promise):
        assert time.monotonic() < ends, promise
        page.wait_for_timeout(100)


def reach(page: Page, address: str) -> None:
    """Over a line that was just mended: the browser may still hold a connection that ended with it."""
    for left in range(4, -1, -1):
        try:
            page.goto(address)
            return
        except Error:
            if not left:
                raise
            page.wait_for_timeout(500)


def come_back(page: Page) -> None:
    """What the browser says by itself where it is the cable, and not the way behind it."""
    page.evaluate("dispatchEvent(new Event('online'))")


def test_a_day_without_a_line_is_saved_once(open_laptop: Open, line: Line, house: House) -> None:
    address = f"/statistics/{FORM}/{house.unit_of('thongke')}/{MONTH}/"
    context, page = open_laptop()
    sign_in(page, house, "thongke")
    kept_open(page, "/statistics/")
    kept_open(page, address)
    put(page, "DELIV", "9", "đã lưu")

    line.cut()
    put(page, "PREG_NEW", "4", "chờ mạng")
    put(page, "DELIV", "10", "chờ mạng")
    put(page, "DELIV_TEEN", "11", "chờ mạng")
    expect(page.locator("#waiting-cells")).to_contain_text("Không có mạng: 3 ô chờ gửi.")
    expect(page.locator("#hints")).to_contain_text("(11) lớn hơn")
    expect(page.locator("#hints")).to_contain_text("chỉ kiểm trong biểu này")
    put(page, "DELIV_TEEN", "1", "chờ mạng")
    expect(page.locator("#hints")).to_be_hidden()
    cell(page, "PREG_NEW").fill("4,5")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("không đúng kiểu")
    put(page, "PREG_NEW", "5", "chờ mạng")
    assert grave_findings(page) == []

    context.close()
    context, page = open_laptop()
    page.goto("/statistics/")
    expect(page.locator("#waiting-cells")).to_contain_text("3 ô chờ gửi")
    page.goto(address)
    for row, value in (("DELIV", "10"), ("DELIV_TEEN", "1"), ("PREG_NEW", "5")):
        expect(cell(page, row)).to_have_value(value)
        expect(cell(page, row)).to_have_accessible_description("chờ mạng")
    other = context.new_page()
    other.goto(f"/statistics/{FORM}/{house.unit_of('thongke')}/202609/")
    expect(other.locator("body")).to_contain_text("Trang này chưa được giữ trên máy")
    with pytest.raises(Error, match="ERR_"):
        other.goto("/people/1/")  # the record is out of the worker's reach
    other.close()

    line.mend()
    come_back(page)
    # The session ended with the browser that was closed: laptops of a station are used by several people.
    expect(page.locator("#waiting-cells")).to_contain_text("Phiên đã hết: 3 ô chờ gửi.")
    reach(page, "/sign-in/")
    line.lose = b"POST /statistics"
    sign_in(page, house, "thongke")
    page.goto(address)
    assert line.lost.wait(30)
    line.lose = b""
    come_back(page)
    for row in ("DELIV", "DELIV_TEEN", "PREG_NEW"):
        expect(cell(page, row).locator("+ .cell-state")).to_have_text("đã lưu")
    assert house.rows(VALUES, MONTH) == [("DELIV", 10), ("DELIV_TEEN", 1), ("PREG_NEW", 5)]
    # The first one typed without a line was under way when it was changed: perhaps it had arrived, so both are sent.
    assert house.rows(HISTORY, MONTH) == [("DELIV", 9), ("PREG_NEW", 4)]
    typed_before = house.rows(
        "SELECT a.id FROM statistics_act a JOIN statistics_value v ON v.act_id = a.id"
        " JOIN statistics_period p ON p.id = v.period_id WHERE p.iso = %s AND a.sent_key IS NOT NULL", MONTH,
    )  # fmt: skip
    assert len(typed_before) == 3
    page.reload()
    expect(cell(page, "DELIV")).to_have_value("10")
    line.cut()
    put(page, "PREG_NEW", "6", "chờ mạng")
    line.mend()
    come_back(page)
    expect(page.locator("#waiting-cells")).to_contain_text("mọi ô đã gửi")
    assert house.rows(VALUES, MONTH) == [("DELIV", 10), ("DELIV_TEEN", 1), ("PREG_NEW", 6)]


def test_where_somebody_else_wrote_the_same_cell_both_are_shown(
    open_laptop: Open, enter: Enter, line: Line, house: House
) -> None:
    address = f"/statistics/{FORM}/{house.unit_of('thongke')}/{OTHER_MONTH}/"
    _, page = open_laptop()
    sign_in(page, house, "thongke")
    page.goto(address)
    put(page, "DELIV", "5", "đã lưu")
    put(page, "PREG_NEW", "6", "đã lưu")
    line.cut()
    put(page, "DELIV", "7", "chờ mạng")
    put(page, "PREG_NEW", "8", "chờ mạng")
    ministry = enter("thongkebo")
    ministry.goto(address)
    put(ministry, "DELIV", "4", "đã lưu")
    put(ministry, "PREG_NEW", "9", "đã lưu")

    line.mend()
    come_back(page)
    for row in ("DELIV", "PREG_NEW"):
        expect(cell(page, row).locator("+ .cell-state")).to_have_text("mâu thuẫn")
    expect(page.locator("#waiting-cells")).to_contain_text("2 ô chưa ghi được, cần bạn xem.")
    page.get_by_role("button", name="Xem và chọn").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Của bạn: 7")
    expect(dialog).to_contain_text("Đang có: 4 (thongkebo, ")
    assert grave_findings(page) == []
    dialog.get_by_role("button", name="Ghi số của bạn: 7").press("Enter")
    expect(cell(page, "DELIV").locator("+ .cell-state")).to_have_text("đã lưu")
    expect(dialog.get_by_role("button", name="Ghi số của bạn: 8")).to_be_focused()
    dialog.get_by_role("button", name="Giữ số đang có: 9").press("Enter")
    expect(dialog).to_be_hidden()
    expect(cell(page, "PREG_NEW")).to_have_value("9")
    assert house.rows(VALUES, OTHER_MONTH) == [("DELIV", 7), ("PREG_NEW", 9)]
    assert house.rows(HISTORY, OTHER_MONTH) == [("DELIV", 5), ("PREG_NEW", 6), ("DELIV", 4)]


def test_cells_belong_to_the_account_that_typed_them(open_laptop: Open, line: Line, house: House, watch: Watch) -> None:
    address = f"/statistics/{FORM}/{house.unit_of('thongke')}/{THIRD_MONTH}/"
    context, page = open_laptop()
    sign_in(page, house, "thongke")
    kept_open(page, address)
    line.cut()
    put(page, "DELIV", "3", "chờ mạng")
    (session,) = (str(one["value"]) for one in context.cookies() if one["name"] == "sessionid")
    house.rows("DELETE FROM django_session WHERE session_key = %s RETURNING 1", session)
    watch.expect_refusal("/notices/")  # where the page happens to ask for its notices then
    line.mend()
    come_back(page)
    expect(page.locator("#waiting-cells")).to_contain_text("Phiên đã hết: 1 ô chờ gửi.")
    expect(page.locator("#waiting-cells a")).to_have_attribute("href", re.compile("next="))

    another = context.new_page()
    reach(another, "/sign-in/")
    sign_in(another, house, "thongkebo")
    until(another, "caches.keys().then((names) => !names.some((name) => name.startsWith('hoso-pages-')))")
    another.goto(address)
    expect(cell(another, "DELIV")).to_have_value("")
    expect(another.locator("#waiting-cells p").first).to_have_text("")
    watch.expect_refusal(f"{address}cell/")
    come_back(page)  # the first one's window, with the cookie of the second
    expect(page.locator("#waiting-cells")).to_contain_text("một tài khoản khác: 1 ô của bạn chờ")
    assert house.rows(VALUES, THIRD_MONTH) == []
    page.close()
    sign_out(another)
    expect(another.locator("details.me")).to_have_count(0)

    sign_in(another, house, "thongke")
    another.goto(address)
    expect(cell(another, "DELIV").locator("+ .cell-state")).to_have_text("đã lưu")
    assert house.rows(VALUES, THIRD_MONTH) == [("DELIV", 3)]
    line.cut()
    put(another, "PREG_NEW", "2", "chờ mạng")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    another.once("dialog", stay)
    sign_out(another)
    another.wait_for_timeout(500)
    assert [text[:25] for text in asked] == ["1 ô số liệu bạn đã nhập c"]
    expect(cell(another, "PREG_NEW")).to_have_value("2")


def sign_out(page: Page) -> None:
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Đăng xuất").click()


def test_a_browser_alone_judges_as_the_house_does(open_browser: Callable[..., Page]) -> None:
    """Every check of every form with made-up figures, and texts of every kind, in the browser's script and in ours."""
    page, rng = open_browser(), random.Random(5480)
    page.goto("/sign-in/")
    asked, expected = [], []
    for form in forms().values():
        cells = sorted({cell for check in checks_of(form) for cell in (*check.whole, *check.part)})
        for _ in range(5):
            figures = {one: rng.choice(FIGURES) for one in cells if rng.random() < 0.9}
            expected.append([hint.vi for hint in hints_of(form, {one: Decimal(text) for one, text in figures.items()})])
            asked.append(
                [checks(form), {f"{row}.{','.join(options)}": text for (row, options), text in figures.items()}]
            )
    script = "async (asked) => { const { hintsOf } = await import('/static/hoso/sheet_hints.js');"
    assert (
        page.evaluate(f"{script} return asked.map(([checks, of]) => hintsOf(checks, (id) => of[id])); }}", asked)
        == expected
    )
    assert sum(map(len, expected)) > 100
    texts = [
        (kind, "".join(rng.choices("0019.,-+ett", k=rng.randint(1, 4)))) for kind in VALUE_TYPES for _ in range(300)
    ]
    script = "async (texts) => { const { isOfKind } = await import('/static/hoso/sheet_hints.js');"
    told = page.evaluate(f"{script} return texts.map(([kind, text]) => isOfKind(kind, text)); }}", texts)
    assert told == [read_value(text, VALUE_TYPES[kind]) is not None for kind, text in texts]
