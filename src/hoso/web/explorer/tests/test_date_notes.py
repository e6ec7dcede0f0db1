"""Notes on dates: told in words where they touch the answer's periods, places and data; nobody sees one of another area."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from lxml import html

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import seen, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.explorer.tests.conftest import BACKEND

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]
PAGE = "/statistics/explore/"
DELIV, TEEN = uid_of("element:DELIV"), uid_of("element:DELIV_TEEN")
BODY = "thay biểu mẫu"


def asked(place: str, data: str = DELIV, more: str = "&show=line") -> str:
    return f"data={data}&period=202512;202601;202602&place={place}&rows=place&columns=period{more}"


def note(client: Client, place: Place | None, **more: str) -> Any:
    assert place is not None
    given = {"address": f"?{asked('own')}", "unit": unit_uid(place), "from": "2026-01-15", "text": BODY, **more}
    return client.post(f"{PAGE}notes/", given)


def tree(client: Client, question: str) -> Any:
    answer = client.get(f"{PAGE}?{question}")
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode())


def test_a_note_stands_on_its_period_and_in_the_words_of_the_table(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0])
    assert note(client, places[0], element=DELIV, to="2026-02-03")["Location"].endswith("#date-notes")
    page = tree(client, asked("own"))
    (line,) = page.xpath("//figure//ol[@class='date-notes']/li")
    assert (line.get("data-first"), line.get("data-last"), line.get("data-text")) == ("202601", "202602", BODY)
    told = f"15/01/2026 – 03/02/2026: {BODY} ({places[0].full_name}, Tổng số phụ nữ đẻ)"
    assert told in page.xpath("string(//p[@id='said'])") and told in page.xpath("string(//table[@id='pivot']/caption)")
    assert not tree(client, asked("own", TEEN)).xpath("//ol[@class='date-notes']")  # of other data
    assert not tree(client, asked("own").replace("202601;202602", "202511")).xpath("//ol[@class='date-notes']")


def test_nobody_sees_a_note_of_another_area(enter: Enter, places: list[Place]) -> None:
    one, other = places
    assert note(enter(one), one).status_code == 302
    for place, sees in ((other, 0), (one.parent, 1)):
        client = enter(place)
        for there in (unit_uid(one), f"{unit_uid(one)};{unit_uid(other)}"):
            page = tree(client, asked(there))
            assert len(page.xpath("//ol[@class='date-notes']/li")) == sees
            assert (BODY in page.xpath("string(//section[@id='date-notes']/ul)")) is bool(sees)
    refused = note(enter(other), one)  # not among the units of her question
    assert refused.status_code == 400 and "HS9004" in refused.content.decode()
    refused = note(enter(other), one, address=f"?{asked(unit_uid(one))}")
    assert refused.status_code == 403 and "HS3470" in refused.content.decode()


def test_a_note_of_the_province_stands_on_charts_of_its_communes(enter: Enter, places: list[Place]) -> None:
    client = enter(places[0].parent)
    assert note(client, places[0].parent).status_code == 302
    assert len(tree(client, asked(unit_uid(places[1]))).xpath("//ol[@class='date-notes']/li")) == 1
    assert not tree(enter(places[1]), asked("own")).xpath("//ol[@class='date-notes']/li")  # the province is not hers


def test_a_note_is_withdrawn_by_its_writer_and_kept(
    enter: Enter, places: list[Place], actor: Callable[..., Actor], account_with_role: Callable[..., Account]
) -> None:
    for given in ({"to": "2026-01-01"}, {"from": "15/1"}, {"element": "abcdefghijk"}):
        assert note(enter(places[0]), places[0], **given).status_code == 400
    assert note(enter(places[0]), places[0], text="x" * 201).status_code == 422
    writing, reader = Client(), actor("statistics_officer", place=places[0])
    writing.force_login(account_with_role("statistics_officer", place=places[0]), backend=BACKEND)
    note(writing, places[0])
    ((number,),) = seen(reader, "SELECT id FROM statistics_date_note")
    address, given = f"{PAGE}notes/{number}/withdraw/", {"address": f"?{asked('own')}"}
    assert enter(places[0]).post(address, given).status_code == 409  # a colleague's
    assert writing.post(address, given).status_code == 302
    assert not tree(writing, asked("own")).xpath("//ol[@class='date-notes']")
    assert writing.post(address, given).status_code == 409
    assert seen(reader, "SELECT withdrawn, body FROM statistics_date_note") == [(True, BODY)]
    writer = seen(reader, "SELECT author_id FROM statistics_date_note")[0][0]
    for statement in ("DELETE FROM statistics_date_note", "UPDATE statistics_date_note SET body = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic():
            seen(Actor(account_id=writer, name="", route="test"), statement)
