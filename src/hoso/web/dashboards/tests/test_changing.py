"""Boards of users: copied, filled from the Explorer, changed, shared by role inside an area; every version kept."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from lxml import html

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.statistics.boards.actions import change_board
from hoso.engines.statistics.boards.board import MOST_TILES, Area, boards_seen
from hoso.engines.statistics.tests.reporting import communes
from hoso.engines.statistics.uids import uid_of
from hoso.web.dashboards.boards import boards
from hoso.web.explorer.tests.conftest import BACKEND

pytestmark = pytest.mark.django_db
DELIV = uid_of("element:DELIV")
ADDRESS = f"?data={DELIV}&period=LAST_12_MONTHS&place=own/children&rows=place&columns=&show=table&sort=row&order=ASC"
Who = Callable[..., tuple[Client, Account]]


@pytest.fixture
def who(account_with_role: Callable[..., Account]) -> Who:
    def make(place: Place | None, role: str = "statistics_officer") -> tuple[Client, Account]:
        client, account = Client(), account_with_role(role, place=place)
        client.force_login(account, backend=BACKEND)
        return client, account

    return make


def key_in(answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()[:1000]
    found = re.search(r"own-[0-9a-f]{32}", answer["Location"])
    assert found
    return found[0]


def change(client: Client, key: str, version: int, **words: str) -> Any:
    return client.post(f"/dashboards/{key}/edit/", {"version": str(version), **words})


def tree(answer: Any) -> Any:
    return html.fromstring(answer.content.decode())


def titles(client: Client, key: str) -> list[str]:
    page = tree(client.get(f"/dashboards/{key}/"))
    found: list[str] = page.xpath("//section/div/h2/text()")
    return found


def test_a_copy_is_changed_and_every_version_kept(who: Who, places: list[Place]) -> None:
    client, _ = who(places[0].parent)
    key = key_in(client.post("/dashboards/station/copy/", {"title": "Của tôi"}))
    first = list(boards()["station"].tiles)
    shipped = [one.title[0] for one in boards()["station"].tiles.values()]
    assert titles(client, key) == shipped
    assert change(client, key, 1, act="later", tile=first[0]).status_code == 302
    assert change(client, key, 2, act="rename_tile", tile=first[0], title="Đẻ").status_code == 302
    assert change(client, key, 3, act="remove", tile=first[1]).status_code == 302
    assert change(client, key, 4, act="rename", title="Tên mới").status_code == 302
    assert titles(client, key) == ["Đẻ", *shipped[2:]]
    assert [one.title[0] for one in boards()["station"].tiles.values()] == shipped
    assert "HS5455" in change(client, key, 4, act="remove", tile=first[2]).content.decode()
    assert change(client, key, 5, act="restore", of="1").status_code == 302
    assert titles(client, key) == shipped
    with connection.cursor() as cursor, acting_transaction(_owner(client), "statistics"):
        cursor.execute("SELECT version FROM statistics_board_history ORDER BY 1")
        assert [version for (version,) in cursor.fetchall()] == [1, 2, 3, 4, 5]
    assert change(client, key, 6, act="put_away")["Location"] == "/dashboards/"
    assert client.get(f"/dashboards/{key}/").status_code == 404


def _owner(client: Client) -> int:
    return int(client.session["_auth_user_id"])


def test_a_question_of_the_explorer_becomes_a_tile_that_tells_the_same(who: Who, places: list[Place]) -> None:
    client, _ = who(places[0].parent)
    assert "Thêm vào bảng" in client.get(f"/statistics/explore/{ADDRESS}").content.decode()
    key = key_in(client.post("/dashboards/add-tile/", {"board": "", "title": "Đẻ theo xã", "address": ADDRESS}))
    page = tree(client.get(f"/dashboards/{key}/?period=202601"))
    (tile,) = page.xpath("//div[@hx-get]/@hx-get")
    figures = "//table//td/button/@value"
    told = tree(client.get(tile)).xpath(figures)
    explored = client.get(f"/statistics/explore/{ADDRESS.replace('LAST_12_MONTHS', '202601')}").content.decode()
    assert told and told == html.fromstring(explored).xpath(figures)
    assert key_in(client.post("/dashboards/add-tile/", {"board": key, "title": "Nữa", "address": ADDRESS})) == key
    assert titles(client, key) == ["Đẻ theo xã", "Nữa"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"address": "?data=nothing&period=202601&place=own&rows=&columns="}, "HS7034"), ({"address": "?colour=red"}, "HS9004"),
        ({"title": ""}, "HS9004"), ({"board": "own-none"}, "HS5454"), ({"board": "station"}, "HS5455"),
        ({"address": ADDRESS + "&top=x"}, "HS9004"),
    ],
)  # fmt: skip
def test_what_is_no_tile_is_refused(words: dict[str, str], code: str, who: Who, places: list[Place]) -> None:
    client, _ = who(places[0])
    answer = client.post("/dashboards/add-tile/", {"board": "", "title": "Ô", "address": ADDRESS, **words})
    assert code in answer.content.decode()


def test_a_board_holds_so_many_tiles(who: Who, places: list[Place]) -> None:
    client, _ = who(places[0])
    key = key_in(client.post("/dashboards/add-tile/", {"board": "", "title": "Ô", "address": ADDRESS}))
    for _ in range(MOST_TILES - 1):
        key_in(client.post("/dashboards/add-tile/", {"board": key, "title": "Ô", "address": ADDRESS}))
    assert (
        "HS5456"
        in client.post("/dashboards/add-tile/", {"board": key, "title": "Ô", "address": ADDRESS}).content.decode()
    )


def test_shared_by_role_inside_the_area_and_each_reader_sees_its_own_figures(who: Who, places: list[Place]) -> None:
    """Of a commune's officer no figure of another commune, nor the owner's totals, through a board of the province."""
    province = places[0].parent
    assert province is not None
    owner, _ = who(province)
    address = ADDRESS.replace("place=own/children", f"place=own/children;level:2;{_uid(province)}")
    key = key_in(owner.post("/dashboards/add-tile/", {"board": "", "title": "Đẻ", "address": address}))
    inside, outside = who(places[1])[0], who(communes("01", 1)[0])[0]
    other_role = who(places[1], "statistics_approver")[0]
    assert [one.get(f"/dashboards/{key}/").status_code for one in (inside, outside, other_role)] == [404, 404, 404]
    assert change(owner, key, 1, act="share", role="statistics_officer", area=f"place:{province.pk}").status_code == 302
    assert [one.get(f"/dashboards/{key}/").status_code for one in (inside, outside, other_role)] == [200, 404, 404]
    (tile,) = tree(inside.get(f"/dashboards/{key}/?period=202601")).xpath("//div[@hx-get]/@hx-get")
    shown = tree(inside.get(tile)).xpath("//td/button/@value")
    assert shown and set(shown) == {"10"}  # places[0] reported 1230
    assert "1240" in tree(owner.get(tile)).xpath("//td/button/@value")
    assert inside.get(f"/dashboards/{key}/edit/").status_code == 409
    assert change(inside, key, 2, act="rename", title="Của tôi").status_code == 409
    copied = key_in(inside.post(f"/dashboards/{key}/copy/"))
    assert copied != key and inside.get(f"/dashboards/{copied}/edit/").status_code == 200
    assert change(owner, key, 2, act="share", role="").status_code == 302
    assert inside.get(f"/dashboards/{key}/").status_code == 404


def test_nobody_shares_beyond_the_own_area_nor_writes_for_others(who: Who, places: list[Place]) -> None:
    client, account = who(places[0])
    key = key_in(client.post("/dashboards/station/copy/"))
    for area in ("everywhere", f"place:{places[1].pk}"):
        assert "HS9004" in change(client, key, 1, act="share", role="statistics_officer", area=area).content.decode()
    for changes in (
        "shared_role = 'statistics_officer', everywhere = true, version = 2",
        "title = 'x'",
        "owner_id = 1, version = 2",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_transaction(account.pk, "statistics"):
            connection.cursor().execute(f"UPDATE statistics_board SET {changes}")
    actor = Actor(account.pk, account.username, "test")
    (board,) = boards_seen(actor)
    with pytest.raises(HosoError, match="HS5457"):
        change_board(actor, board, replace(board, shared_role="statistics_officer", area=Area()))
    with acting_transaction(who(places[1])[1].pk, "statistics"), connection.cursor() as cursor:
        cursor.execute("UPDATE statistics_board SET title = 'x', version = 2")
        assert cursor.rowcount == 0


def _uid(place: Place) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM statistics_unit WHERE id = %s", [place.pk])
        return str(cursor.fetchone()[0])
