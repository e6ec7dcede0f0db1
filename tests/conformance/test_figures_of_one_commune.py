"""Who is limited to one commune is answered the same, whatever the others reported: by every way in which figures are asked.

Each address is asked twice, before and after all other communes (and the province) report, correct, complete and delete;
every byte that depends on figures must be the same. The province's own officer sees the difference in each way of asking.
"""

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import communes, send, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.dashboards.boards import boards
from hoso.web.dhis2.objects import ROOT

pytestmark = pytest.mark.django_db
PAGE, FIGURES, ANALYTICS = "/statistics/explore/", "/api/v1/statistics/figures", "/dhis2/api/analytics"
FORM = uid_of("form:tt23-4-bct")
DELIV, STOCK, FOUR = uid_of("element:DELIV"), uid_of("element:PREG_CURRENT"), uid_of("element:ANC4_3P")
SHARE = uid_of("indicator:MAT02")
DATA = (DELIV, STOCK, FOUR, SHARE, f"{FORM}.ACTUAL_REPORTS", f"{FORM}.REPORTING_RATE_ON_TIME")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ONCE = re.compile(rb'(csrfmiddlewaretoken" value="|X-CSRFToken[^A-Za-z0-9]*|nonce=")[A-Za-z0-9+/=_-]+')


@pytest.fixture
def places() -> list[Place]:
    return communes("80", 3)


@pytest.fixture
def entered(account_with_role: Callable[..., Account]) -> Callable[[Place | None], Client]:
    """A browser, and software with a token, of an officer of the place."""

    def enter(place: Place | None) -> Client:
        account = account_with_role("statistics_officer", place=place)
        client = Client()
        client.force_login(account, backend=BACKEND)
        client.defaults["token"] = issue_token(account, "dhis2", 1, shape="dhis2")
        return client

    return enter


def report(actor: Actor, place: Place, size: int, **strategy: str) -> None:
    """Three months of a unit, the first two said to be complete."""
    for month, complete in (("202512", "2026-01-03"), ("202601", "2026-02-03"), ("202602", "")):
        rows = [
            {"dataElement": element, "period": month, "orgUnit": unit_uid(place), "value": str(size * times)}
            for element, times in (("DELIV", 10), ("DELIV_TEEN", 1), ("PREG_CURRENT", 70))
        ]
        head = {"dataSet": "tt23-4-bct", "period": month, "orgUnit": unit_uid(place), "completeDate": complete}
        done = send(actor, rows, head if complete else {}, **strategy)
        assert done.ignored == 0, done.as_dhis2()


def addresses(places: list[Place]) -> dict[str, list[str]]:
    """By the way of asking: for every kind of datum, every choice of units and periods, every measure."""
    own, other = unit_uid(places[0]), unit_uid(places[1])
    assert places[0].parent is not None
    up = unit_uid(places[0].parent)

    def some(data: str, units: list[str]) -> list[str]:
        return [f"data={data}&period=202601;202602&place={unit}&today=2026-03-05" for unit in units]

    asked = [one for data in DATA for one in some(data, [f"{up}/children"])]
    asked += some(DELIV, [other, up, f"{own};{other}", ROOT])
    several = f"data={DELIV};{SHARE}&period=2026Q1;202601&place={up}/children&today=2026-03-05"
    totals = f"data={DELIV}&period=LAST_6_MONTHS&place={up}/children&today=2026-03-05"
    laid = [
        f"{several}&rows=place;data&columns=period", f"{totals}&rows=period&columns=",
        f"{totals}&rows=place&columns=period&change=1&scale=1&sort=total&top=2",
        f"{totals}&rows=place&columns=period&empty=1", f"{totals}&places=today&rows=place&columns=period&change=1", f"{totals}&key=*&rows=place;key&columns=period",
    ]  # fmt: skip
    pictures = [f"{totals}&rows=&columns=&show=single", f"{several}&rows=place;data&columns=period&show=calendar"]
    pictures += [f"data={SHARE}&period=2026Q1&place={up}/children&today=2026-03-05&rows=place&columns=&show=funnel"]
    pictures += [
        f"{totals}&rows=place&columns=period&show=map&classes={one}"
        for one in ("quantile", "equal", "natural", "quantile&limits=5;50")
    ]
    tables = [f"{one}&rows=place&columns=period" for one in asked]
    ways = ("SUM", "AVERAGE", "LAST", "FIRST", "COUNT", "MIN", "MAX")
    own_api = [
        *asked, *some(DELIV, ["level:2", "level:3"]), f"{several}&measure=parts;change",
        *(f"{totals}&filter=place;period&aggregation={way}" for way in ways),
        *(f"data={DELIV}&period=202601;2026Q1;2026&place={one}&release=protected" for one in (own, f"{up};{up}/children")),
        *(f"{totals}&filter={name}&order=DESC&top=1" for name in ("place", "period")),
        f"{totals}&places=today&measure=change", f"{totals}&at_least=1", f"{totals}&at_most=1000000", f"{totals}&key=*",
    ]  # fmt: skip
    explained = [f"{one}&filter=place;period&explain=true" for one in asked]
    explained += [f"{one}&filter=place;period&explain=true&places=today" for one in asked[::2]]
    dx = ";".join(DATA)
    ou = f"{own};{other};{up};LEVEL-2;{ROOT}"
    dhis2 = [
        f"dimension=dx:{dx},pe:202601;2026Q1,ou:{ou}&includeNumDen=true",
        f"dimension=dx:{DELIV}&filter=pe:2026,ou:{up}", f"dimension=dx:{DELIV},co&filter=pe:2026,ou:{ROOT}",
        f"dimension=dx:{DELIV},ou:LEVEL-3&filter=pe:2026&order=DESC&measureCriteria=GT:0",
        *(f"dimension=dx:{DELIV};{STOCK},ou:{own};{other};{up}&filter=pe:2026&places={map}" for map in ("today", "as_reported")),
        *(f"dimension=dx:{DELIV}&filter=pe:2026,ou:{up}&aggregationType={way}" for way in ways),
    ]  # fmt: skip
    relative = "relativePeriodDate=2026-03-05"
    choice = f"place={up}&period=LAST_5_YEARS"
    return {
        "pivot, chart and map": [f"{PAGE}?{one}" for one in [*tables, *laid, *pictures]],
        "rows of a long table": [f"{PAGE}rows/?{one}" for one in laid],
        "where a figure comes from": [
            f"{PAGE}figure/?{one}&rows=&columns={more}" for one in asked for more in ("", "&places=today")
        ],
        "tiles of dashboards": [
            f"/dashboards/{board}/tiles/{tile}/?{choice}" for board, one in boards().items() for tile in one.tiles
        ],
        "files": [f"{PAGE}file.{kind}?{one}" for one in laid for kind in ("csv", "xlsx")],
        "figures": [f"{FIGURES}?{one}" for one in own_api],
        "figures explained": [f"{FIGURES}?{one}" for one in explained],
        "analytics of DHIS2": [f"{ANALYTICS}?{one}&{relative}" for one in dhis2],
        "its CSV": [f"{ANALYTICS}.csv?{one}&{relative}" for one in dhis2[:3]],
    }


def shared_board(owner: Client, province: Place) -> list[str]:
    """The tiles of a board of the province that is shared with officers below it: of its places, by name and by word."""
    key, up = "", unit_uid(province)
    for place in ("own", "own/children", f"{up}/children", up, "level:3"):
        words = f"?data={DELIV};{SHARE}&period=202601&place={place}&rows=place;data&columns=&show=table"
        made = owner.post("/dashboards/add-tile/", {"board": key, "title": place, "address": words})
        key = made["Location"].split("/")[2]
    sharing = {"act": "share", "version": "5", "role": "statistics_officer", "area": f"place:{province.pk}"}
    assert owner.post(f"/dashboards/{key}/edit/", sharing).status_code == 302
    page = owner.get(f"/dashboards/{key}/").content.decode()
    tiles = re.findall(rf"/dashboards/{key}/tiles/([0-9a-f]+)/", page)
    assert len(tiles) == 5
    return [
        f"/dashboards/{key}/tiles/{tile}/?place={up}&period={period}"
        for tile in tiles
        for period in ("202601", "2026Q1")
    ]


def answers(client: Client, asked: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
    return {way: {address: _answer(client, address) for address in some} for way, some in asked.items()}


def _answer(client: Client, address: str) -> Any:
    given = (
        {}
        if address.startswith(("/statistics/", "/dashboards/"))
        else {"Authorization": f"ApiToken {client.defaults['token']}"}
    )
    answer = client.get(address, headers=given)
    # 404: there is no such figure; 409: too many of them to explain. Whether it is one of them is an answer too.
    assert answer.status_code in (200, 404, 409), (address, answer.content[:500])
    if address.startswith(f"{PAGE}file.xlsx") and answer.status_code == 200:
        return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    return answer.status_code, ONCE.sub(b"", answer.content)


def test_what_others_report_changes_no_answer(
    entered: Callable[[Place | None], Client], actor: Callable[..., Actor], places: list[Place]
) -> None:
    """And one more figure of its own changes an answer of every way: the others stayed the same not for want of looking."""
    officer = actor("statistics_officer")
    for place, size in zip(places, (3, 5, 7), strict=True):
        report(officer, place, size)
    asked = addresses(places)
    assert places[0].parent is not None
    asked["tiles of a shared board"] = shared_board(entered(places[0].parent), places[0].parent)
    # Those who see all of it show that there was something to see: a few of each way, as they take long.
    some = {way: each[:: 3 if way == "tiles of dashboards" else max(1, len(each) // 3)] for way, each in asked.items()}
    station, province = entered(places[0]), entered(places[0].parent)
    seen, seen_above = answers(station, asked), answers(province, some)

    report(officer, places[1], 1_111)
    report(officer, places[2], 7, importStrategy="DELETE")
    for place in communes("80", 6)[3:]:
        report(officer, place, 13)
    assert answers(station, asked) == seen
    above = answers(province, some)
    assert [way for way in some if above[way] == seen_above[way]] == []

    report(officer, places[0], 4)
    after = answers(station, some)
    assert [way for way in some if after[way] == {one: seen[way][one] for one in some[way]}] == []
