"""A served house with its programs and officers, and one Chromium."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hoso.cli.demo_accounts import SignIn
from hoso.demo.province import ProvinceSettings
from tests import database as test_database
from tests.browser.conftest import PATIENCE_MS, WIDE, running_chromium, sign_in
from tests.browser.house import PROVINCE, House
from tests.reporting_year.accounts import PROVINCE as CODE
from tests.reporting_year.program import Program

FULL = ProvinceSettings(persons=1500, years=2)


@dataclass(frozen=True)
class Year:
    """`units`: ids by tier; `facilities`: number, code and unit of each; `lies_in`: the commune's unit of each facility's."""

    house: House
    months: int
    units: dict[str, list[str]]
    facilities: list[tuple[int, str, str]]
    lies_in: dict[str, str]
    programs: dict[str, Program] = field(default_factory=dict)


@pytest.fixture(scope="module")
def year(
    database_server: test_database.Server, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Year]:
    communes, months = pytestconfig.getoption("communes"), pytestconfig.getoption("months")
    copy = database_server.copy("_year")
    house = House(copy, tmp_path_factory.mktemp("year"), FULL if months == 12 else PROVINCE, bare=True)
    try:
        yield _settled(house, communes, months)
    finally:
        house.stop()
        database_server.drop(copy.name)


def _settled(house: House, communes: int, months: int) -> Year:
    units = {
        tier: [uid for (uid,) in house.rows(
            "SELECT u.uid FROM statistics_unit u JOIN places_place p ON p.id = u.id LEFT JOIN places_place a ON a.id = p.parent_id"
            " WHERE p.valid_to IS NULL AND p.level = %s AND (CASE p.level WHEN 1 THEN p.code ELSE a.code END) = %s ORDER BY p.code",
            level, CODE,
        )]
        for tier, level in (("province", 1), ("commune", 3))
    }  # fmt: skip
    # The commune of the demonstration's station reports by hand, so it is among them.
    by_hand = house.unit_of("thongke")
    units["commune"] = [by_hand, *(uid for uid in units["commune"] if uid != by_hand)][:communes]
    facilities = house.rows(
        "SELECT f.id, f.code, u.uid FROM places_facility f JOIN statistics_unit u ON u.id = -f.id WHERE f.code LIKE %s ORDER BY f.code",
        CODE + "%",
    )  # fmt: skip
    units["facility"] = [uid for _, _, uid in facilities]
    lies_in = dict(house.rows(
        "SELECT u.uid, c.uid FROM statistics_unit u JOIN statistics_unit c ON c.id = statistics_place_of(u.id, current_date)"
        " WHERE u.tier = 'facility'"
    ))  # fmt: skip
    made = json.loads(house.run("-m", "tests.reporting_year.accounts", *(code for _, code, _ in facilities)))
    for code, officer in made["officers"].items():
        house.sign_ins[code] = SignIn(officer["username"], officer["password"], "statistics_officer", "", "")
    programs = {name: Program(house.url, token) for name, token in made["tokens"].items()}
    return Year(house, months, units, [(int(number), code, uid) for number, code, uid in facilities], lies_in, programs)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def enter(chromium: Browser, year: Year) -> Iterator[Callable[[str], Page]]:
    """The window of somebody who has signed in; everybody has one."""
    pages: dict[str, Any] = {}

    def make(username: str) -> Page:
        if username not in pages:
            context = chromium.new_context(base_url=year.house.url, locale="en-US", viewport=WIDE)  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE_MS)
            pages[username] = context.new_page()
            sign_in(pages[username], year.house, username)
        page: Page = pages[username]
        return page

    yield make
    for page in pages.values():
        page.context.close()
