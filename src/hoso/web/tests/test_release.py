"""A protected release through the API: what is small is hidden with what would betray it, the same in every question."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import communes, send, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.dhis2.objects import ROOT

pytestmark = pytest.mark.django_db
FIGURES = "/api/v1/statistics/figures"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DELIV = uid_of("element:DELIV")
FIRST = [3, 20, 30, 40, 50]  # January to May of the first commune


@pytest.fixture
def places(actor: Callable[..., Actor]) -> list[Place]:
    found = communes("80", 4)
    rows = [
        {"dataElement": "DELIV", "period": f"20260{month}", "orgUnit": unit_uid(place), "value": str(figure)}
        for number, place in enumerate(found)
        for month, figure in enumerate([one + 10 * number for one in (FIRST if number == 0 else [20] * 5)], 1)
    ]
    assert send(actor("statistics_officer"), rows).imported == 20
    return found


@pytest.fixture
def browser(client: Client, account_with_role: Callable[..., Account], places: list[Place]) -> Client:
    client.force_login(account_with_role("statistics_officer", place=places[0].parent), backend=BACKEND)
    return client


def province(places: list[Place]) -> str:
    assert places[0].parent is not None
    return unit_uid(places[0].parent)


def released(browser: Client, query: str) -> dict[tuple[str, str], str | None]:
    """By place and period; None for what is hidden."""
    answer = browser.get(f"{FIGURES}?data={DELIV}&release=protected&{query}")
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["figures"]
    assert all(("value" in row) != row.get("hidden", False) for row in rows)
    return {(row["place"], row["period"]): row.get("value") for row in rows}


def test_a_small_figure_is_hidden_with_others_and_in_every_question(browser: Client, places: list[Place]) -> None:
    one, up = unit_uid(places[0]), province(places)
    everything = f"period=202601;202602;202603;202604;202605;2026Q1;2026Q2;2026&place={up};{up}/children"
    told = released(browser, everything)
    assert told[one, "202601"] is None and told[one, "2026Q1"] == "53" and told[up, "202601"] == "123"
    hidden = {cell for cell, value in told.items() if value is None}
    assert 6 <= len(hidden) <= 9
    # Whatever is asked for, the same cells are told.
    for query in (
        f"period=202601&place={one}",
        f"period=202602;2026&place={up}/children",
        f"period=2026Q1&place={up};{one}",
    ):
        assert released(browser, query).items() <= told.items()
    exact = browser.get(f"{FIGURES}?data={DELIV}&period=202601&place={one}&release=exact").json()["figures"]
    assert [row["value"] for row in exact] == ["3"]


def test_what_is_told_is_what_is_exact(browser: Client, places: list[Place]) -> None:
    up = province(places)
    query = f"period=202604;2026Q2&place={up};{up}/children"
    exact = browser.get(f"{FIGURES}?data={DELIV}&{query}").json()["figures"]
    assert {value for value in released(browser, query).values()} <= {None, *(row["value"] for row in exact)}
    assert released(browser, query).keys() == {(row["place"], row["period"]) for row in exact}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("&data={DELIV}&filter=place", "HS5451"), ("&data={DELIV}&order=DESC", "HS5451"), ("&data={DELIV}&at_most=4", "HS5451"),
        ("&data={DELIV}&explain=true", "HS5451"), ("&data={DELIV}&measure=change", "HS5451"), ("&data={DELIV}&key=*", "HS5451"),
        ("&data={DELIV}&places=today", "HS5451"), ("&data={MAT02}", "HS5451"), ("&data={DELIV}&aggregation=MAX", "HS5451"),
        ("&data={DELIV}&period=2026S1", "HS5451"), ("&data={DELIV}&place={ROOT}", "HS5451"),
        ("&data={DELIV}&period=LAST_10_YEARS", "HS5452"),
    ],
)  # fmt: skip
def test_what_would_tell_more_is_refused(more: str, code: str, browser: Client) -> None:
    query = "period=2026&place=own" + more.format(DELIV=DELIV, MAT02=uid_of("indicator:MAT02"), ROOT=ROOT)
    answer = browser.get(f"{FIGURES}?release=protected&{query}")
    assert (answer.json().get("code"), answer.status_code) == (code, 409), answer.content


def test_another_word_is_refused(browser: Client) -> None:
    answer = browser.get(f"{FIGURES}?release=open&data={DELIV}&period=2026&place=own")
    assert (answer.json()["code"], answer.status_code) == ("HS9004", 400)
