"""Analytics as clients ask it: dimensions, filters, relative words, schemes, and what is refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Facility, FacilityLink, Place, Succession
from hoso.engines.statistics.analytics.tests.test_reported import put
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.tests.reporting import communes, send_two_months, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.analytics_grid import figure_text
from hoso.web.dhis2.asked_units import unit_tree
from hoso.web.dhis2.objects import ROOT, units_of, units_state

pytestmark = pytest.mark.django_db
ANALYTICS = "/dhis2/api/analytics"
FORM, DELIV, TEEN = uid_of("form:tt23-4-bct"), uid_of("element:DELIV"), uid_of("element:DELIV_TEEN")
SHARE = uid_of("indicator:MAT02")


@pytest.fixture
def places() -> list[Place]:
    return communes("80", 2)


@pytest.fixture
def software(
    client: Client, account_with_role: Callable[..., Account], actor: Callable[..., Actor], places: list[Place]
) -> Client:
    """An officer of province 80, whose two communes reported two months."""
    send_two_months(actor("statistics_officer"), places)
    token = issue_token(account_with_role("statistics_officer", place=places[0].parent), "dhis2", 1, shape="dhis2")
    client.defaults["HTTP_AUTHORIZATION"] = f"ApiToken {token}"
    return client


def _ask(client: Client, query: str) -> Any:
    return client.get(f"{ANALYTICS}?{query}&relativePeriodDate=2026-03-05").json()


def test_figures_by_item_period_and_unit(software: Client, places: list[Place]) -> None:
    one, other = map(unit_uid, places)
    told = _ask(software, f"dimension=dx:{DELIV};{SHARE},pe:202601;202602,ou:{one};{other}")
    assert told["rows"] == [
        [DELIV, "202601", one, "30"], [DELIV, "202601", other, "10"], [DELIV, "202602", one, "20"],
        [SHARE, "202601", one, "10.0"],  # elsewhere one of its two parts was not reported
    ]  # fmt: skip
    assert [header["name"] for header in told["headers"]] == ["dx", "pe", "ou", "value"]
    assert told["metaData"]["items"][one]["name"] == places[0].full_name
    assert (told["width"], told["height"]) == (4, 4)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("dimension=dx:{DELIV}&dimension=pe:2026Q1&filter=ou:{up}", [[DELIV, "2026Q1", "60"]]),
        ("dimension=dx:{DELIV}&filter=pe:LAST_12_MONTHS&filter=ou:{ROOT}", [[DELIV, "60"]]),
        ("dimension=dx:{DELIV}&startDate=2026-02-01&endDate=2026-02-28&filter=ou:{up}", [[DELIV, "20"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&dimension=ou:LEVEL-2;{up}", [[DELIV, "{up}", "60"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&dimension=ou:USER_ORGUNIT", [[DELIV, "{up}", "60"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:USER_ORGUNIT_CHILDREN", [[DELIV, "60"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:LEVEL-3&aggregationType=AVERAGE", [[DELIV, "20"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:LEVEL-3&aggregationType=MAX", [[DELIV, "30"]]),
        ("dimension=dx:{DELIV}&dimension=pe:LAST_2_SIXMONTHS&filter=ou:{up}", []),
        ("filter=dx:{DELIV}&dimension=pe:LAST_MONTH&filter=ou:{up}", [["202602", "20"]]),
        ("dimension=dx:{SHARE}&dimension=pe:2026Q1&filter=ou:{up}", [[SHARE, "2026Q1", "11.67"]]),
        ("dimension=dx:{SHARE}&filter=pe:2026Q1&filter=ou:{up}&skipRounding=true", [[SHARE, "11.6666666667"]]),
        ("dimension=dx:{DELIV};{TEEN}&filter=pe:2026&filter=ou:{up}&order=ASC", [[TEEN, "7"], [DELIV, "60"]]),
        ("dimension=dx:{DELIV};{TEEN}&filter=pe:2026&filter=ou:{up}&measureCriteria=GT:7", [[DELIV, "60"]]),
        ("dimension=dx:{DELIV}.HllvX50cXC0&filter=pe:2026&filter=ou:{up}", [[DELIV + ".HllvX50cXC0", "60"]]),
        ("dimension=dx:{DELIV},co&filter=pe:2026&filter=ou:{up}", [[DELIV, "HllvX50cXC0", "60"]]),
        ("dimension=dx:DELIV&filter=pe:2026&filter=ou:{up}&inputIdScheme=CODE", [["DELIV", "60"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{up}&outputIdScheme=CODE", [["DELIV", "60"]]),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{up}&skipData=true", []),
    ],
)  # fmt: skip
def test_questions(query: str, rows: list[list[str]], software: Client, places: list[Place]) -> None:
    province = places[0].parent
    assert province is not None
    names = {"DELIV": DELIV, "TEEN": TEEN, "SHARE": SHARE, "ROOT": ROOT, "up": unit_uid(province)}
    told = _ask(software, query.format(**names))
    assert told["rows"] == [[text.format(**names) for text in row] for row in rows]


def test_the_parts_of_a_quotient(software: Client, places: list[Place]) -> None:
    told = _ask(software, f"dimension=dx:{SHARE}&filter=pe:2026Q1&filter=ou:{ROOT}&includeNumDen=true&skipMeta=true")
    assert told["rows"] == [[SHARE, "11.67", "7.0", "60.0", "100.0", "100", "1"]] and "metaData" not in told


def test_reports_expected_come_and_in_time(software: Client, places: list[Place]) -> None:
    """The form is due five working days after the month (TT 23/2025/TT-BYT, secondary source): 6 February for January."""
    sent = [
        {"dataSet": FORM, "period": "202601", "organisationUnit": unit_uid(place), "completed": True}
        for place in places
    ]
    answer = software.post(
        "/dhis2/api/completeDataSetRegistrations",
        {"completeDataSetRegistrations": sent},
        content_type="application/json",
    )
    assert answer.json()["response"]["importCount"]["imported"] == 2
    names = ("EXPECTED_REPORTS", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME", "REPORTING_RATE")
    items = ";".join(f"{FORM}.{name}" for name in names)
    told = _ask(software, f"dimension=dx:{items}&dimension=pe:202601&filter=ou:{ROOT}&skipMeta=true")
    # 96 communes and the province; what lies outside the account's reach is not expected of it; all came late
    assert [row[-1] for row in told["rows"]] == ["97.0", "2.0", "0.0", "2.06"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("dimension=dx:{DELIV}&dimension=pe:2026", "HS7036"),
        ("dimension=dx:{DELIV}&dimension=ou:{ROOT}", "HS7036"),
        ("dimension=pe:2026&dimension=ou:{ROOT}", "HS7036"),
        ("dimension=dx:{DELIV}&dimension=pe:2026&filter=pe:2025&filter=ou:{ROOT}", "HS7036"),
        ("dimension=dx:{DELIV}&dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{ROOT}", "HS7036"),
        ("dimension=dx:abcdefghijk&filter=pe:2026&filter=ou:{ROOT}", "HS7034"),
        ("dimension=dx:{DELIV}&filter=pe:LAST_12_MONTH&filter=ou:{ROOT}", "HS7034"),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:LEVEL-9", "HS7034"),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:OU_GROUP-abcdefghijk", "HS7034"),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{ROOT}&dimension=colour", "HS7034"),
        ("dimension=dx:{SHARE},co&filter=pe:2026&filter=ou:{ROOT}", "HS7037"),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{ROOT}&skipmeta=true", "HS7033"),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{ROOT}&aggregationType=PERCENTILE", "HS7001"),
        ("dimension=dx:{DELIV}&startDate=2026-02-01&filter=ou:{ROOT}", "HS7036"),
        ("dimension=dx:{DELIV}&startDate=2026-02-01&endDate=2026-01-01&filter=ou:{ROOT}", "HS7001"),
        ("dimension=dx:{DELIV}&filter=pe:2026&filter=ou:{ROOT}&measureCriteria=XX:1", "HS7001"),
    ],
)
def test_what_is_not_understood_is_refused(query: str, code: str, software: Client) -> None:
    answer = software.get(f"{ANALYTICS}?{query.format(DELIV=DELIV, SHARE=SHARE, ROOT=ROOT)}")
    assert (answer.json()["errorCode"], answer.status_code) == (code, 400 if code == "HS7001" else 409)


@pytest.mark.parametrize(
    "address",
    [
        "dataElements?filtre=x",
        "dataElements/{DELIV}?field=id",
        "dataValueSets?dataset=x",
        "me?x=1",
        "organisationUnits?levels=2",
    ],
)
def test_a_parameter_that_is_none_is_refused(address: str, software: Client) -> None:
    answer = software.get(f"/dhis2/api/{address.format(DELIV=DELIV)}")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "HS7033")


def test_units_with_those_around_them(software: Client, places: list[Place]) -> None:
    one = unit_uid(places[0])
    address = f"/dhis2/api/organisationUnits/{one}"
    above = software.get(f"{address}?includeAncestors=true&fields=level").json()["organisationUnits"]
    assert [unit["level"] for unit in above] == [1, 2, 3]
    up = software.get(f"{address}?fields=parent").json()["parent"]["id"]
    below = software.get(f"/dhis2/api/organisationUnits/{up}?includeChildren=true").json()["organisationUnits"]
    assert len(below) == 97
    own = software.get("/dhis2/api/organisationUnits?withinUserHierarchy=true&paging=false").json()["organisationUnits"]
    assert len(own) == 97
    drawn = software.get(f"{address}?fields=id,geometry").json()
    assert drawn["geometry"]["type"] == "MultiPolygon"


def test_the_kept_tree_of_units_follows_the_places(db: None) -> None:
    first, second = communes("80", 2)
    facility = Facility.objects.create(code="80999", name="Trạm thử", folded_name="tram thu", kind="commune_station")
    link = FacilityLink.objects.create(facility=facility, place=first)
    before, tree = units_of(units_state()), unit_tree()
    assert (
        units_of(units_state()) is before and unit_tree() is tree and before[-facility.pk]["parent"] is before[first.pk]
    )
    Facility.objects.filter(pk=facility.pk).update(name="Trạm đổi tên")
    assert units_of(units_state())[-facility.pk]["name"] == "Trạm đổi tên"
    assert unit_tree()[before[-facility.pk]["id"]].thing["name"] == "Trạm đổi tên"
    FacilityLink.objects.filter(pk=link.pk).update(place=second)
    now = units_of(units_state())
    assert now[-facility.pk]["parent"]["name"] == second.full_name and before[-facility.pk]["name"] == "Trạm thử"


def test_keys_are_listed_before_anybody_used_them(software: Client, places: list[Place]) -> None:
    address = "/dhis2/api/dataElements?filter=code:eq:ANC4_3P&fields=categoryCombo[categoryOptionCombos[id,name]]"
    (element,) = software.get(address).json()["dataElements"]
    keys = {one["name"]: one["id"] for one in element["categoryCombo"]["categoryOptionCombos"]}
    assert set(keys) == {"Tổng số", "Trong đó: dân tộc thiểu số"}
    row = {
        "dataElement": uid_of("element:ANC4_3P"), "period": "202601", "orgUnit": unit_uid(places[0]),
        "categoryOptionCombo": keys["Tổng số"], "value": "9",
    }  # fmt: skip
    answer = software.post("/dhis2/api/dataValueSets", {"dataValues": [row]}, content_type="application/json").json()
    assert answer["response"]["importCount"]["imported"] == 1
    again = software.get(address).json()["dataElements"][0]["categoryCombo"]["categoryOptionCombos"]
    assert {one["name"]: one["id"] for one in again} == keys


def test_nobody_is_told_of_other_accounts(software: Client) -> None:
    (only,) = software.get("/dhis2/api/users").json()["users"]
    assert software.get(f"/dhis2/api/users/{only['id']}?fields=id").json() == {"id": only["id"]}
    assert software.get("/dhis2/api/users/abcdefghijk").status_code == 404


def test_on_today_s_map_an_estimate_is_marked(
    client: Client, account_with_role: Callable[..., Account], actor: Callable[..., Actor]
) -> None:
    step = Succession.objects.filter(relation="split", new__valid_to=None).order_by("old__code", "new__code")[0]
    parts = step.old.followed_by.count()
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        put(read_catalogue(), "DELIV", step.old_id, step.old_id, "202505", 30)
    client.defaults["HTTP_AUTHORIZATION"] = (
        f"ApiToken {issue_token(account_with_role('statistics_officer'), 'dhis2', 1, shape='dhis2')}"
    )
    question = f"dimension=dx:{DELIV},pe:202505,ou:{unit_uid(step.new)}"
    assert _ask(client, question)["rows"] == []
    told = _ask(client, f"{question}&places=today")
    assert told["rows"] == [[DELIV, "202505", unit_uid(step.new), figure_text(Decimal(30) / parts, True, False)]]
    assert told["rowContext"] == {"0": {"3": {"valueStatus": "ESTIMATED"}}}
    assert client.get(f"{ANALYTICS}?{question}&places=tomorrow").status_code == 400
