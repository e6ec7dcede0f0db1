"""Comments on a question: one thread however it is shown, seen only by those who may see every place that is asked for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from lxml import html

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.messages.notices import unread_notices
from hoso.core.places.models import Facility, FacilityLink, Place
from hoso.engines.statistics.tests.reporting import communes, seen, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
PAGE, BACKEND = "/statistics/explore/", "allauth.account.auth_backends.AuthenticationBackend"
DELIV = uid_of("element:DELIV")
SECRET = "Trạm chưa nộp sổ tháng 2"
Make = Callable[..., Account]


@pytest.fixture
def two() -> list[Place]:
    return communes("80", 2)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def question(place: str, more: str = "") -> str:
    return f"data={DELIV}&period=202601;202602&place={place}&rows=place&columns=period{more}"


def write(client: Client, asked: str, text: str) -> Any:
    return client.post(f"{PAGE}comments/", {"address": f"?{asked}", "text": text})


def tree(answer: Any) -> Any:
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode())


def read(client: Client, asked: str) -> list[str]:
    lines = tree(client.get(f"{PAGE}?{asked}")).xpath("//section[@id='comments']//li[@id]")
    return [" ".join(line.xpath("string(.//p[2])").split()) for line in lines]


def test_a_comment_stays_with_its_question_however_it_is_shown(account_with_role: Make, two: list[Place]) -> None:
    here = browser(account_with_role("statistics_officer", place=two[0]))
    answer = write(here, question("own", "&show=line"), SECRET)
    assert answer.status_code == 302 and answer["Location"].endswith("#comments")
    assert read(here, question(unit_uid(two[0]), "&show=column&sort=row")) == [SECRET]  # `own` told by its id
    assert read(here, question("own").replace("202601;202602", "202602;202601")) == [SECRET]
    assert read(here, question("own").replace("202602", "202603")) == []
    assert (
        read(here, question("own").replace("columns=period", "columns=")) == []
    )  # another question: the months as one


def test_a_commune_sees_no_comment_on_a_question_of_another(account_with_role: Make, two: list[Place]) -> None:
    one, other = (account_with_role("statistics_officer", place=place) for place in two)
    province = account_with_role("statistics_officer", place=two[0].parent)
    assert write(browser(one), question(unit_uid(two[0])), SECRET).status_code == 302
    both = f"{unit_uid(two[0])};{unit_uid(two[1])}"
    assert write(browser(province), question(both), SECRET).status_code == 302
    assert read(browser(province), question(unit_uid(two[0]))) == [SECRET]
    for asked in (unit_uid(two[0]), both):
        answer = browser(other).get(f"{PAGE}?{question(asked)}").content.decode()
        assert SECRET not in answer and "nơi ngoài địa bàn của bạn" in answer
        refused = write(browser(other), question(asked), "Tôi cũng muốn nói")
        assert (refused.status_code, "HS3470" in refused.content.decode()) == (403, True)
    assert read(browser(one), question(both)) == []  # a part of it is not hers
    for table in ("statistics_comment", "statistics_comment_history"):
        assert seen(_actor(other), f"SELECT count(*) FROM {table}") == [(0,)]
    assert seen(_actor(one), "SELECT count(*) FROM statistics_comment") == [(1,)]
    assert read(browser(account_with_role("statistics_officer")), question(both)) == [SECRET]  # everywhere


def test_a_facility_s_question_is_of_its_place(account_with_role: Make, two: list[Place]) -> None:
    station = Facility.objects.create(code="80999", name="Trạm Y tế thử", folded_name="tram y te thu", kind="station")
    FacilityLink.objects.create(facility=station, place=two[0])
    at = account_with_role("statistics_officer", facility=station)
    assert write(browser(at), question("own"), SECRET).status_code == 302
    uid = seen(_actor(at), "SELECT uid FROM statistics_unit WHERE id = %s", [-station.pk])[0][0]
    one, other = (browser(account_with_role("statistics_officer", place=place)) for place in two)
    assert (read(one, question(uid)), read(other, question(uid))) == ([SECRET], [])


def test_who_is_named_is_told_once_with_the_page(account_with_role: Make, two: list[Place]) -> None:
    writer = account_with_role("statistics_officer", place=two[0].parent)
    named = account_with_role("statistics_officer", place=two[0], username="lan.tk")
    account_with_role("statistics_officer", place=two[1], username="hoa.tk")
    account_with_role("intake_officer", username="thu.tk")
    client, asked = browser(writer), question(unit_uid(two[0]))
    for stranger in ("hoa.tk", "thu.tk", "khong.co"):  # of another commune, without statistics, nobody: told the same
        refused = write(client, asked, f"Xem giúp @{stranger}.")
        assert refused.status_code == 409 and f"@{stranger} nào được hỏi" in refused.content.decode()
    assert read(client, asked) == []
    assert write(client, asked, "Nhờ @lan.tk, @lan.tk kiểm tra. Thư: a@lan.vn").status_code == 302
    (notice,) = unread_notices(_actor(named))
    assert "nhắc đến bạn" in notice.text_vi and "kiểm tra" not in notice.text_vi
    assert read(browser(named), notice.link.removesuffix("#comments").partition("?")[2]) == [
        "Nhờ @lan.tk, @lan.tk kiểm tra. Thư: a@lan.vn"
    ]
    ((number,),) = seen(_actor(writer), "SELECT id FROM statistics_comment")
    change = {"address": f"?{asked}", "version": "1", "act": "edit", "text": "Thôi khỏi, @lan.tk"}
    assert client.post(f"{PAGE}comments/{number}/", change).status_code == 302
    assert len(unread_notices(_actor(named))) == 1


def test_a_change_is_a_version_and_withdrawing_keeps_it(account_with_role: Make, two: list[Place]) -> None:
    account = account_with_role("statistics_officer", place=two[0])
    client, asked = browser(account), question("own")
    colleague = browser(account_with_role("statistics_officer", place=two[0]))
    write(client, asked, "một")
    ((number,),) = seen(_actor(account), "SELECT id FROM statistics_comment")
    address = f"{PAGE}comments/{number}/"

    def change(who: Client, version: int, act: str, text: str = "") -> int:
        given = {"address": f"?{asked}", "version": version, "act": act, "text": text}
        return int(who.post(address, given).status_code)

    assert change(colleague, 1, "edit", "của tôi") == 409  # HS3473
    assert change(client, 1, "edit", "   ") == 422  # HS3472
    assert change(client, 1, "edit", "hai") == 302
    assert change(client, 1, "edit", "ba") == 409
    assert change(client, 2, "delete") == 400
    assert read(colleague, asked) == ["hai"]
    assert change(client, 2, "withdraw") == 302
    assert read(colleague, asked) == ["Đã rút lại."]
    assert change(client, 3, "edit", "lại") == 409
    kept = seen(_actor(account), "SELECT version, body, withdrawn FROM statistics_comment_history ORDER BY version")
    assert kept == [(1, "một", False), (2, "hai", False)]
    for statement in ("DELETE FROM statistics_comment", "UPDATE statistics_comment SET author_id = 1",
                      "UPDATE statistics_comment_history SET body = 'x'"):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            seen(_actor(account), statement)


def test_a_tile_leads_to_the_comments_of_its_question(account_with_role: Make, two: list[Place]) -> None:
    client = browser(account_with_role("statistics_officer", place=two[0].parent))
    tile = "/dashboards/province/tiles/deliveries/?period=LAST_12_MONTHS"
    link = tree(client.get(tile)).xpath("//p[@class='tile-comments quiet-text']/a")[0]
    assert link.text == "Trao đổi (0)"
    asked = link.get("href").removesuffix("#comments").partition("?")[2]
    assert write(client, asked, SECRET).status_code == 302
    again = tree(client.get(tile)).xpath("//p[@class='tile-comments quiet-text']/a")[0]
    assert (again.text, read(client, asked)) == ("Trao đổi (1)", [SECRET])


def _actor(account: Account) -> Actor:
    return Actor(account_id=account.pk, name=account.username, route="test")
