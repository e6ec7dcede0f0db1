"""What holds for every page: usable with aids, no sideways scrolling on a telephone, light on the line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from hoso.engines.statistics.uids import uid_of
from tests.browser.accessibility import grave_findings
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.misuse import raised_misuse
from tests.browser.patients import Patient, chronic_patient

Walk = Callable[..., Iterator[Page]]
CDA = Path(__file__).parents[1] / "conformance" / "cda" / "Documents_Transfer_Summary_Transfer_Summary.xml"
REPORT = uid_of("form:tt23-4-bct")
NARROW = {"width": 375, "height": 740}
LAPTOP = ViewportSize(width=1366, height=768)
MOST_BYTES = 100_000
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5 && !one.closest('.scroll, .strip-holder'))
  .map((one) => one.outerHTML.slice(0, 120)).slice(0, 5)"""


@pytest.fixture
def addresses(house: House) -> dict[str, tuple[str, str]]:
    """Each page with somebody who may see it."""
    patient = chronic_patient(house)
    package = house.one("SELECT max(package_id) FROM intake_visit WHERE state = 'quarantined'")
    return {
        "home": ("bacsi", "/"),
        "search": ("bacsi", f"/people/?q={quote(patient.name)}"),
        "person": ("bacsi", f"/people/{patient.person_id}/"),
        "visit": ("bacsi", _visit_address(house, patient)),
        "labels of a visit": ("bacsi", f"{_visit_address(house, patient)}labels/"),
        "protection from violence": ("bacsi", f"/people/{patient.person_id}/labels/"),
        "temporary access": ("duyet", "/access/temporary/"),
        "opened to a student": ("hocvien", "/study/"),
        "first page of the officer": ("tiepnhan", "/"),
        "shares of a doctor": ("bacsi", "/share/"),
        "shares of the desk": ("tiepdon", "/share/"),
        "consent": ("tiepdon", "/consents/"),
        "requests": ("dulieu", "/rights/"),
        "simulated telephone": ("bacsi", "/simulated/sms/"),
        "intake": ("tiepnhan", "/intake/"),
        "package": ("tiepnhan", f"/intake/packages/{package}/"),
        "CDA document": ("tiepnhan", f"/intake/packages/{_cda_package(house)}/"),
        "quarantine": ("tiepnhan", "/intake/quarantine/"),
        "as sent": ("tiepnhan", _sent_address(house)),
        "conflicts": ("tiepnhan", "/intake/conflicts/?all=1"),
        "household lists": ("tiepnhan", "/intake/households/"),
        "practitioner lists": ("tiepnhan", "/practitioners/lists/"),
        "practitioners": ("hoso", "/practitioners/?q=a"),
        "ministry portal": ("tiepnhan", "/portal/"),
        "pairs": ("tiepnhan", "/intake/pairs/"),
        "newborns": ("bacsi", f"/people/{patient.person_id}/newborns/"),
        "health cards of a person": ("bacsi", f"/people/{patient.person_id}/cards/"),
        "health card found": ("bacsi", "/cards/"),
        "health card coverage": ("tiepnhan", "/cards/coverage/"),
        "identity": ("tiepnhan", f"/intake/people/{patient.person_id}/"),
        "places": ("bacsi", "/places/"),
        "decisions on units": ("quantri", "/places/decisions/"),
        "terminology": ("bacsi", "/terminology/?q=tang+huyet+ap"),
        "contested GTINs": ("quantri", "/terminology/gtins/"),
        "terminology-versions": ("bacsi", "/terminology/versions/?before=qd4469-2020&after=qd4469-2020"),
        "catalogue entry": ("tiepnhan", "/terminology/entry/?system=icd10-vn&code=A00"),
        "corrections": ("tiepnhan", "/terminology/corrections/"),
        "audit": ("giamsat", "/audit/"),
        "audit by account": ("giamsat", "/audit/accounts/"),
        "accounts by tier": ("giamsat", "/audit/tiers/"),
        "who looked": ("giamsat", f"/audit/people/{patient.person_id}/"),
        "oversight cases": ("giamsat2", "/oversight/"),
        "oversight report": ("giamsat2", "/oversight/report/"),
        "oversight years": ("giamsat2", "/oversight/years/"),
        "severities of sensors": ("giamsat2", "/oversight/tuning/"),
        "watch list": ("giamsat2", "/oversight/watch/"),
        "yearly summary of oversight": ("bacsi", "/oversight-summary/"),
        "oversight case": ("giamsat2", f"/oversight/cases/{raised_misuse(house).case}/"),
        "questions of oversight": ("hoso", "/oversight/questions/"),
        "accounts": ("quantri", "/accounts/"),
        "account": ("quantri", _account_address(house)),
        "new account": ("quantri", "/accounts/new/"),
        "accounts from a list": ("quantri", "/accounts/list/"),
        "review of accounts": ("quantri", "/accounts/review/"),
        "hours of roles": ("quantri", "/accounts/hours/"),
        "facilities": ("quantri", "/facilities/"),
        "new facility": ("quantri", "/facilities/new/"),
        "profile": ("bacsi", "/profile/"),
        "sessions": ("bacsi", "/security/sessions/"),
        "break-glass": ("bacsi", "/access/break-glass/"),
        "rules of access": ("bacsi", "/access/rules/"),
        "break-glass reviews": ("giamsat", "/access/reviews/"),
        "connections": ("quantri", "/connections/"),
        "gateway secrets": ("quantri", "/accounts/gateway/"),
        "sender board": ("tiepnhan", "/intake/senders/"),
        "withdrawals": ("tiepnhan", "/intake/withdrawals/"),
        "local codes": ("hoso", "/intake/codes/"),
        "mappings": ("tiepnhan", "/intake/codes/approvals/"),
        "yield of the mapping": ("tiepnhan", "/intake/codes/yield/"),
        "second factor": ("quantri", "/security/"),
        "statistics": ("thongke", "/statistics/"),
        "explorer": ("duyettinh", "/statistics/explore/?period=202508;202509&scale=1"),
        "explorer of a commune": ("thongke", "/statistics/explore/?period=202508;202509"),
        "dashboard": ("duyettinh", "/dashboards/province/?period=LAST_5_YEARS"),
        "built reports": ("duyettinh", "/built-reports/"),
        "figures by mail": ("duyettinh", "/figures-by-mail/"),
        "deadlines of reports": ("duyetbc", "/statistics/deadlines/"),
        "quality of figures": ("duyetbc", "/statistics/quality/?form=tt23-4-bct&month=2026-03"),
        "checks of the catalogue": ("duyetbc", "/statistics/quality/catalogue/"),
        "figures to follow up": ("thongke", "/statistics/follow-up/"),
        "regimes and forms": ("thongke", "/statistics/forms/"),
        "a formula tried, to be kept": (
            "bieumau",
            "/statistics/indicators/trial/?numerator=%23%7BDELIV_TEEN%7D&denominator=%23%7BDELIV%7D",
        ),
        "catalogue of indicators": ("duyettinh", "/statistics/indicators/"),
        "a formula tried": (
            "duyettinh",
            "/statistics/indicators/trial/?numerator=%23%7BDELIV%7D&period=202508&find=de",
        ),
        "reports to approve": ("duyetbc", "/statistics/approval/"),
        "a report to approve": ("duyetbc", _sheet_address(house).replace("/tt23-4-bct/", f"/reports/{REPORT}/")),
        "statistical form": ("thongke", _sheet_address(house)),
    }


def _cda_package(house: House) -> int:
    """The package of a C-CDA document, sent by whoever asks first."""
    if not house.one("SELECT count(*) FROM cda_document"):
        house.take(CDA)
    return int(house.one("SELECT max(package_id) FROM cda_document"))


def _sheet_address(house: House) -> str:
    """A monthly form of the officer's commune."""
    unit = house.unit_of("thongke")
    return f"/statistics/tt23-4-bct/{unit}/202601/"


def _sent_address(house: House) -> str:
    """Where in the XML an error is."""
    place = house.one(
        "SELECT package_id || '/visits/' || ordinal || '/xml/?table=' || table_no || '&line=' || line || '&field=' || field"
        " FROM intake_finding WHERE severity = 'error' ORDER BY package_id DESC LIMIT 1"
    )
    return f"/intake/packages/{place}"


@pytest.fixture
def walk(enter: Enter, open_browser: Callable[..., Page], addresses: dict[str, tuple[str, str]]) -> Walk:
    """Opens every page, the sign-in page first, in windows made `how`; one window for each person."""

    def pages(**how: Any) -> Iterator[Page]:
        page = open_browser(**how)
        page.goto("/sign-in/")
        yield page
        windows: dict[str, Page] = {}
        for username, path in addresses.values():
            page = windows.get(username) or windows.setdefault(username, enter(username, **how))
            page.goto(path)
            page.wait_for_load_state("networkidle")
            yield page

    return pages


def test_usable_with_aids(walk: Walk) -> None:
    assert [finding for page in walk() for finding in grave_findings(page)] == []


def test_the_checker_finds_what_is_wrong(open_browser: Callable[..., Page]) -> None:
    page = open_browser()
    page.goto("/sign-in/")
    page.locator("label[for=id_login]").evaluate("label => label.remove()")
    assert [finding for finding in grave_findings(page) if "#id_login" in finding]


def test_an_opened_trend_and_cost_table_are_usable_with_aids(enter: Enter, house: House) -> None:
    patient = chronic_patient(house)
    page = enter("bacsi")
    page.goto(_visit_address(house, patient))
    page.locator("#results button").first.click()
    expect(page.locator("figure.trend")).to_be_visible()
    page.get_by_text("Xem dạng bảng").first.click()
    page.locator("#costs summary").click()
    assert grave_findings(page) == []


def test_no_sideways_scrolling_on_a_telephone(walk: Walk) -> None:
    assert [problem for page in walk(viewport=NARROW) for problem in _too_wide(page)] == []


def test_the_longest_menu_fits_a_laptop(enter: Enter, addresses: dict[str, tuple[str, str]]) -> None:
    for username in sorted({username for username, _ in addresses.values() if username}):
        page = enter(username)
        page.set_viewport_size(LAPTOP)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= LAPTOP["width"], username
        menu = page.locator("nav.menu")
        if menu.count():
            assert menu.evaluate("menu => menu.scrollWidth - menu.clientWidth") <= 0, username


def test_a_page_of_the_record_is_light(enter: Enter, addresses: dict[str, tuple[str, str]]) -> None:
    """With nothing kept from before: page, style, scripts, pictures."""
    for name in ("person", "visit"):
        username, path = addresses[name]
        page = enter(username)
        page.goto("about:blank")
        network = page.context.new_cdp_session(page)
        transferred: list[float] = []
        network.on("Network.loadingFinished", lambda event, sizes=transferred: sizes.append(event["encodedDataLength"]))
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert len(transferred) > 3
        assert sum(transferred) < MOST_BYTES, f"{path}: {sum(transferred):.0f} bytes"


def _too_wide(page: Page) -> list[str]:
    width = page.evaluate("document.scrollingElement.scrollWidth")
    return [] if width <= NARROW["width"] else [f"{page.url} {width} px: {page.evaluate(TOO_WIDE)}"]


def _visit_address(house: House, patient: Patient) -> str:
    visit, _, _ = patient.with_trend()
    encounter = house.one(
        "SELECT encounter FROM intake_visit WHERE ma_lk = %s AND encounter IS NOT NULL ORDER BY package_id LIMIT 1",
        visit.ma_lk,
    )
    return f"/people/{patient.person_id}/visits/{encounter}/"


def _account_address(house: House) -> str:
    return f"/accounts/{house.one('SELECT id FROM accounts_account WHERE username = %s', 'bacsi')}/"
