"""The one question about figures: dimensions, filters, measures, what explains a figure, and who is shown what."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import communes, send, send_two_months, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.objects import ROOT

pytestmark = pytest.mark.django_db
FIGURES = "/api/v1/statistics/figures"
FORM, DELIV, TEEN = uid_of("form:tt23-4-bct"), uid_of("element:DELIV"), uid_of("element:DELIV_TEEN")
FOUR, SHARE = uid_of("element:ANC4_3P"), uid_of("indicator:MAT02")
TODAY = "today=2026-03-05"


@pytest.fixture
def places() -> list[Place]:
    return communes("80", 2)


@pytest.fixture
def token_of(account_with_role: Callable[..., Account]) -> Callable[..., dict[str, str]]:
    return lambda place: {
        "Authorization": f"Bearer {issue_token(account_with_role('statistics_officer', place=place), 'test')}"
    }


@pytest.fixture
def software(
    client: Client, token_of: Callable[..., dict[str, str]], actor: Callable[..., Actor], places: list[Place]
) -> Client:
    """An officer of province 80, whose two communes reported two months."""
    send_two_months(actor("statistics_officer"), places)
    client.defaults["HTTP_AUTHORIZATION"] = token_of(places[0].parent)["Authorization"]
    return client


def ask(client: Client, query: str) -> Any:
    answer = client.get(f"{FIGURES}?{query}&{TODAY}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_figures_by_data_period_and_place(software: Client, places: list[Place]) -> None:
    one, other = map(unit_uid, places)
    told = ask(software, f"data={DELIV};{SHARE}&period=202601;202602&place={one};{other}")
    assert told["dimensions"] == ["data", "period", "place"]
    assert told["figures"] == [
        {"data": DELIV, "period": "202601", "place": one, "value": "30"},
        {"data": DELIV, "period": "202601", "place": other, "value": "10"},
        {"data": DELIV, "period": "202602", "place": one, "value": "20"},
        {"data": SHARE, "period": "202601", "place": one, "value": "10"},
    ]
    assert told["periods"][0] == {
        "id": "202601", "name": {"vi": "Tháng 1/2026", "en": "Month 1/2026"}, "start": "2026-01-01", "end": "2026-01-31",
    }  # fmt: skip
    assert told["places"][0]["name"]["vi"] == places[0].full_name


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("data={DELIV}&period=2026Q1&place={up}&filter=place", ["60"]),
        ("data={DELIV}&period=LAST_12_MONTHS&place={ROOT}&filter=period;place", ["60"]),
        ("data={DELIV}&period=2026&place=own&filter=period", ["60"]),
        ("data={DELIV}&period=2026&place=own/children&filter=period;place", ["60"]),
        ("data={DELIV}&period=2026&place={up}/children&filter=period", ["50", "10"]),
        ("data={DELIV}&period=2026&place=level:3;{up}&filter=period&order=ASC&top=1", ["10"]),
        ("data={DELIV}&period=2026&place=level:3&filter=period&at_least=20", ["50"]),
        ("data={DELIV}&period=2026&place=level:3&filter=period&at_most=20", ["10"]),
        ("data={DELIV}&period=2026&place=level:3&filter=period;place&aggregation=MAX", ["30"]),
        ("data={DELIV}&period=2026&place={up}&key=*", ["60"]),
        ("data={SHARE}&period=2026Q1&place={up}", ["11.666666666666666"]),
    ],
)  # fmt: skip
def test_questions(query: str, values: list[str], software: Client, places: list[Place]) -> None:
    assert places[0].parent is not None
    told = ask(software, query.format(DELIV=DELIV, SHARE=SHARE, ROOT=ROOT, up=unit_uid(places[0].parent)))
    assert [one["value"] for one in told["figures"]] == values


def test_parts_of_a_quotient_and_change_against_the_period_before(software: Client) -> None:
    (share,) = ask(software, f"data={SHARE}&period=2026Q1&place={ROOT}&filter=place&measure=parts")["figures"]
    assert (share["numerator"], share["denominator"], share["factor"]) == ("7", "60", 100)
    first, second = ask(software, f"data={DELIV}&period=202602;202601&place={ROOT}&filter=place&measure=change;value")[
        "figures"
    ]
    assert first["period"] == "202602"
    assert (first["before"], first["change"], first["change_percent"]) == ("40", "-20", "-50")
    assert "before" not in second  # nobody had reported December


def test_a_reported_figure_tells_the_values_it_was_made_of(software: Client, places: list[Place]) -> None:
    (told,) = ask(software, f"data={DELIV}&period=2026Q1&place={ROOT}&filter=place&explain=true")["figures"]
    explained = told["explanation"]
    assert (explained["kind"], explained["way"], explained["fact_count"]) == ("reported", "SUM", 3)
    assert sum(Decimal(fact["value"]) for fact in explained["facts"]) == Decimal(told["value"]) == 60
    assert {(fact["place_name"], fact["period"]) for fact in explained["facts"]} == {
        (places[0].full_name, "202601"), (places[0].full_name, "202602"), (places[1].full_name, "202601"),
    }  # fmt: skip
    assert all(fact["entered_by"] and fact["entered_at"] for fact in explained["facts"])


def test_an_indicator_tells_its_formula_and_what_was_put_into_it(software: Client) -> None:
    (told,) = ask(software, f"data={SHARE}&period=2026Q1&place={ROOT}&filter=place&explain=true")["figures"]
    explained = told["explanation"]
    assert (explained["kind"], explained["numerator"], explained["denominator"], explained["factor"]) == (
        "indicator", "#{DELIV_TEEN}", "#{DELIV}", 100,
    )  # fmt: skip
    assert [(part["label"], part["value"], part["fact_count"]) for part in explained["parts"]] == [
        ("#{DELIV_TEEN}", "7", 2), ("#{DELIV}", "60", 3),
    ]  # fmt: skip


def test_a_stock_tells_only_the_last_value_of_each_unit(
    software: Client, actor: Callable[..., Actor], places: list[Place]
) -> None:
    rows = [
        {"dataElement": "PREG_CURRENT", "period": month, "orgUnit": unit_uid(places[0]), "value": value}
        for month, value in (("202601", "100"), ("202602", "110"))
    ]
    assert send(actor("statistics_officer"), rows).imported == 2
    query = f"data={uid_of('element:PREG_CURRENT')}&period=2026&place={ROOT}&filter=place&explain=true"
    (told,) = ask(software, query)["figures"]
    assert told["value"] == "110"
    assert [(fact["period"], fact["value"]) for fact in told["explanation"]["facts"]] == [("202602", "110")]


def test_a_rate_tells_the_reports_counted(software: Client) -> None:
    (told,) = ask(software, f"data={FORM}.REPORTING_RATE&period=202601&place={ROOT}&filter=place&explain=true")[
        "figures"
    ]
    assert told["value"] == "0"
    # 96 communes and the province
    assert [(part["label"], part["value"]) for part in told["explanation"]["parts"]] == [
        ("EXPECTED_REPORTS", "97"), ("ACTUAL_REPORTS", "0"), ("ACTUAL_REPORTS_ON_TIME", "0"),
    ]  # fmt: skip


def test_a_commune_sees_nothing_of_another(
    software: Client, client: Client, token_of: Callable[..., dict[str, str]], places: list[Place]
) -> None:
    """Neither by place, nor in totals, nor in what explains them."""
    client.defaults["HTTP_AUTHORIZATION"] = token_of(places[0])["Authorization"]
    other, name = unit_uid(places[1]), places[1].full_name
    assert ask(client, f"data={DELIV}&period=202601&place={other}")["figures"] == []
    assert ask(client, f"data={DELIV}&period=202601&place={other}&explain=true")["figures"] == []
    (total,) = ask(client, f"data={DELIV}&period=2026&place={ROOT}&filter=place&explain=true")["figures"]
    assert total["value"] == "50"
    assert name not in str(total["explanation"]) and other not in str(total["explanation"])
    (share,) = ask(client, f"data={SHARE}&period=2026&place={ROOT}&filter=place&measure=parts")["figures"]
    assert (share["numerator"], share["denominator"]) == ("3", "50")


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("data={DELIV}&period=2026", "HS9004", 400),
        ("data={DELIV}&period=2026&place=", "HS5451", 409),
        ("data={DELIV}&period=2026&place=own&filter=key", "HS5451", 409),
        ("data={DELIV};{TEEN}&period=2026&place=own&filter=data", "HS5451", 409),
        ("data=abcdefghijk&period=2026&place=own", "HS7034", 409),
        ("data={DELIV}&period=soon&place=own", "HS7034", 409),
        ("data={DELIV}&period=2026&place=level:9", "HS7034", 409),
        ("data={DELIV}&period=2026&place=own&measure=colour", "HS9004", 400),
        ("data={DELIV}&period=2026&place=own&order=up", "HS9004", 400),
        ("data={DELIV}&period=2026&place=own&colour=red", "HS9004", 400),
        ("data={SHARE}&period=2026&place=own&key=*", "HS7037", 409),
        ("data={DELIV}&period=LAST_10_YEARS;LAST_52_WEEKS&place=level:3", "HS5452", 409),
        ("data={DELIV};{TEEN}&period=LAST_12_MONTHS&place=level:3&explain=true", "", 200),
    ],
)
def test_what_is_not_understood_is_refused(query: str, code: str, status: int, software: Client) -> None:
    answer = software.get(f"{FIGURES}?{query.format(DELIV=DELIV, TEEN=TEEN, SHARE=SHARE)}&{TODAY}")
    assert (answer.json().get("code", ""), answer.status_code) == (code, status)


def test_asking_leaves_one_audit_event(software: Client) -> None:
    for query in ("measure=change", "explain=true"):
        ask(software, f"data={DELIV}&period=2026&place=own&{query}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT object, found FROM audit_event WHERE object LIKE 'statistics/analytics%' ORDER BY id")
        assert cursor.fetchall() == [("statistics/analytics", 1), ("statistics/analytics/explained", 1)]


def test_another_role_is_refused(client: Client, account_with_role: Callable[..., Account]) -> None:
    token = issue_token(account_with_role("intake_officer"), "test")
    answer = client.get(f"{FIGURES}?data={DELIV}&period=2026&place=own", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "HS2001")
