"""Figures by mail: of the own area at that moment, to a confirmed address, once a day; stopped, closed, moved: none."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hoso.core.accounts.machines import as_operator, operator_id
from hoso.core.accounts.models import Account, Assignment
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Place
from hoso.engines.statistics.boards.mailings import MOST_MAILINGS
from hoso.engines.statistics.tests.reporting import unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.mailed_figures.tests.conftest import Who
from hoso.web.mailed_figures.tests.mailing import MONDAY, act, confirmed, letters, pdf_of, report, run, share

pytestmark = pytest.mark.django_db
TUESDAY, FIRST = date(2026, 12, 1), date(2027, 1, 1)
TEEN = uid_of("element:DELIV_TEEN")
PLANTED = re.compile(r"1\.?230|1\.?240")  # of the other commune, and the sum with it


def test_a_commune_gets_its_own_figures_alone_and_once(who: Who, places: list[Place], folder: Path) -> None:
    province = places[0].parent
    assert province is not None
    (owner, owning), (station, at_station) = who(province), who(places[1])
    key = report(owner, f"own;own/children;{unit_uid(places[0])};{unit_uid(places[1])};{unit_uid(province)}")
    share(owner, key, province)
    for client in (owner, station):
        confirmed(client, folder)
        assert act(client, act="subscribe", board=key, day="week-1").status_code == 302
    assert act(station, act="subscribe", board="station", day="month-1").status_code == 302
    assert (run(TUESDAY), run(MONDAY), run(MONDAY)) == (1, 2, 0)  # the first of December is a Tuesday
    told = {(one["To"], "Ô" in pdf_of(one)): one for one in letters(folder)}
    assert run(MONDAY) == 0 and letters(folder) == []
    mine = told.pop((f"{at_station.username}@example.vn", True))
    text = pdf_of(mine)
    assert re.search(r"\b10\b", text) and not PLANTED.search(text) and places[1].full_name in text
    assert not PLANTED.search(mine.get_body().get_content()) and "Lời của tỉnh" not in text
    whole = pdf_of(told.pop((f"{owning.username}@example.vn", True)))
    assert PLANTED.search(whole) and "Lời của tỉnh" in whole
    assert [address for address, _ in told] == [f"{at_station.username}@example.vn"]  # the shipped board
    with acting_transaction(operator_id(), "administration"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE attachment <> '') FROM messages_mail WHERE kind = 'figures'"
        )
        assert cursor.fetchone() == (3, 0)


def test_small_figures_stay_in_the_house(who: Who, places: list[Place], folder: Path) -> None:
    client, _ = who(places[0].parent)
    confirmed(client, folder)
    key = report(client, "own/children", TEEN)  # 3 in one commune
    act(client, act="subscribe", board=key, day="week-1")
    assert run(MONDAY) == 1
    (letter,) = letters(folder)
    assert "Có số nhỏ" in pdf_of(letter) and places[0].full_name not in pdf_of(letter)


def test_stopped_closed_unconfirmed_moved_and_unshared_get_none(who: Who, places: list[Place], folder: Path) -> None:
    province = places[0].parent
    assert province is not None
    owner, _ = who(province)
    key = report(owner, "own")
    share(owner, key, province)
    people = [who(places[1]) for _ in range(5)]
    for place, (client, _) in enumerate(people):
        if place:
            confirmed(client, folder)
        assert act(client, act="subscribe", board=key, day="month-1").status_code == 302
    _, stopped, closed, moved, ended = people
    page = stopped[0].get("/figures-by-mail/").content.decode()
    number = re.search(r'name="mailing" value="([0-9a-f-]{36})"', page)
    assert number and act(closed[0], act="stop", mailing=number[1]).status_code == 302  # of somebody else: nothing
    assert number[1] in stopped[0].get("/figures-by-mail/").content.decode()
    act(stopped[0], act="stop", mailing=number[1])
    Account.objects.filter(pk=closed[1].pk).update(is_active=False)
    Account.objects.filter(pk=moved[1].pk).update(email="khac@example.vn")
    with as_operator():
        assert Assignment.objects.filter(account=ended[1]).update(valid_to="2020-02-01") == 1
    assert run(FIRST) == 0 and letters(folder) == []
    client, _ = who(places[1])
    confirmed(client, folder)
    act(client, act="subscribe", board=key, day="month-1")
    assert run(FIRST) == 1 and len(letters(folder)) == 1
    assert owner.post(f"/dashboards/{key}/edit/", {"act": "share", "version": "5", "role": ""}).status_code == 302
    assert run(date(2027, 2, 1)) == 0 and letters(folder) == []


def test_what_is_refused(who: Who, places: list[Place], folder: Path, settings: Any) -> None:
    client, account = who(places[1])
    for words, code in (
        ({"act": "subscribe", "board": "station", "day": "month-31"}, "HS9004"), ({"act": "fly"}, "HS9004"),
        ({"act": "subscribe", "board": "own-none", "day": "week-1"}, "HS5454"), ({"act": "stop", "mailing": "x"}, "HS9004"),
        ({"act": "confirm", "code": "0"}, "HS3452"),
    ):  # fmt: skip
        assert code in act(client, **words).content.decode(), words
    assert act(client, act="send_code").status_code == 302
    assert "HS3454" in act(client, act="send_code").content.decode()
    (letter,) = letters(folder)
    sent = re.search(r"[0-9a-f]{12}", letter.get_content())
    Account.objects.filter(pk=account.pk).update(email="khac@example.vn")
    assert sent and "HS3452" in act(client, act="confirm", code=sent[0]).content.decode()
    keys = [client.post("/dashboards/station/copy/")["Location"].split("/")[2] for _ in range(MOST_MAILINGS + 1)]
    refused = [act(client, act="subscribe", board=key, day="week-1").status_code for key in keys]
    assert refused == [302] * MOST_MAILINGS + [409]
    settings.MAIL_GATEWAY = ""
    assert "HS3451" in act(client, act="subscribe", board="station", day="week-1").content.decode()
