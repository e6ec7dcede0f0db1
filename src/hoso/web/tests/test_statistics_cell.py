"""Saving one cell: what its writer saw, the sending kept once, the account that typed it, the age of what was typed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.engines.statistics.tests.reporting import FORM, communes, row, seen, send, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.staff import statistics_offline

pytestmark = pytest.mark.django_db
MONTH = "202601"
KEPT = "SELECT v.number::int FROM statistics_value v WHERE NOT v.deleted"
HISTORY = "SELECT number::int FROM statistics_value_history ORDER BY changed_by"


class Desk:
    """An officer at the form of a commune, and a colleague of the province who writes the same cells."""

    def __init__(self, client: Client, account: Account, colleague: Actor) -> None:
        (self.place,) = communes("80", 1)
        self.client, self.account, self.colleague = client, account, colleague
        self.address = f"/statistics/{FORM}/{unit_uid(self.place)}/{MONTH}/"
        client.force_login(account)

    def save(self, value: str, **more: Any) -> dict[str, Any]:
        answer = self.client.post(f"{self.address}cell/", {"row": "DELIV", "options": "", "value": value, **more})
        return {"status": answer.status_code, **answer.json()}

    def meanwhile(self, value: str | None) -> None:
        rows = [row(self.place, "DELIV", value, deleted=value is None)]
        assert not send(self.colleague, rows).conflicts


@pytest.fixture
def desk(client: Client, account_with_role: Callable[..., Account], actor: Callable[..., Actor]) -> Desk:
    (place,) = communes("80", 1)
    return Desk(
        client, account_with_role("statistics_officer", place=place), actor("statistics_officer", place=place.parent)
    )


def test_what_its_writer_saw_is_written_over(desk: Desk) -> None:
    assert desk.save("5", seen="")["stands"] == "5"
    told = desk.save("6", seen="5.0", account=desk.account.pk)
    assert (told["saved"], told["stands"], told["repeated"]) == (True, "6", False)
    assert desk.save("", seen="6")["stands"] == ""
    assert desk.save("7", seen="")["saved"]  # taken back is blank
    assert seen(desk.colleague, KEPT) == [(7,)]


@pytest.mark.parametrize(("before", "saw", "now"), [("4", "", "4"), ("4", "3", "4"), (None, "5", "")])
def test_what_its_writer_had_not_seen_stays_and_is_shown(desk: Desk, before: str | None, saw: str, now: str) -> None:
    desk.save("5")
    desk.meanwhile(before)
    told = desk.save("9", seen=saw)
    assert (told["saved"], told["message"][:20]) == (False, "Ô này đã có số khác,")
    assert told["conflict"].items() >= {"value": now, "who": desk.colleague.name, "own": False}.items()
    assert seen(desk.colleague, HISTORY) == [(5,)]  # of the colleague's change, none of ours
    assert desk.save("9", seen=now)["saved"]  # having seen it


def test_who_wanted_the_same_has_no_conflict(desk: Desk) -> None:
    desk.meanwhile("9")
    assert desk.save("9", seen="")["saved"]
    desk.meanwhile(None)
    assert desk.save("", seen="9")["saved"]


def test_a_sending_that_arrives_twice_is_kept_once(desk: Desk) -> None:
    key = str(uuid4())
    assert not desk.save("5", seen="", key=key)["repeated"]
    desk.meanwhile("8")
    told = desk.save("5", seen="", key=key)  # its answer was lost, and somebody corrected the figure since
    assert (told["saved"], told["repeated"], told["stands"]) == (True, True, "8")
    assert seen(desk.colleague, HISTORY) == [(5,)]
    ((acts,),) = seen(desk.colleague, "SELECT count(*) FROM statistics_act WHERE sent_key = %s", [key])
    assert acts == 1


def test_cells_of_another_account_are_not_taken(desk: Desk) -> None:
    told = desk.save("5", seen="", account=desk.account.pk + 1)
    assert (told["status"], told["saved"], told["code"]) == (409, False, "HS5480")
    assert seen(desk.colleague, KEPT) == []


def test_the_time_of_typing_is_kept_beside_that_of_arrival(desk: Desk) -> None:
    assert desk.save("5", seen="", age=7200, key=str(uuid4()))["saved"]
    assert desk.save("6", seen="5", age=2)["saved"]
    told = seen(desk.colleague, "SELECT round(extract(epoch FROM at - typed_at)) FROM statistics_act ORDER BY id")
    assert told == [(7200,), (None,)]


def test_what_was_typed_too_long_ago_asks_first(desk: Desk) -> None:
    told = desk.save("5", seen="", age=37 * 3600)
    assert (told["saved"], told["conflict"]["value"]) == (False, "") and "quá 36 giờ" in told["message"]
    assert desk.save("5", seen="", age=35 * 3600)["saved"]
    assert desk.save("5", seen="", age=37 * 3600)["saved"]  # stands there already


def test_nonsense_and_another_unit_are_told_with_their_codes(desk: Desk) -> None:
    assert desk.save("5", key="x")["code"] == "HS9004"
    assert desk.save("5", age="soon")["code"] == "HS9004"
    desk.address = desk.address.replace(unit_uid(desk.place), unit_uid(communes("80", 2)[1]))
    assert desk.save("5")["code"] == "HS7011"


def test_only_pages_of_forms_say_that_they_may_be_kept(desk: Desk, account_with_role: Callable[..., Account]) -> None:
    account = str(desk.account.pk)
    assert [desk.client.get(page).headers.get("HoSo-Offline") for page in (desk.address, "/statistics/")] == [
        account
    ] * 2
    for other in (
        "/",
        "/statistics/deadlines/",
        f"/statistics/reports/{uid_of(f'form:{FORM}')}/{unit_uid(desk.place)}/{MONTH}/",
    ):
        answer = desk.client.get(other)
        assert answer.status_code == 200 and "HoSo-Offline" not in answer.headers
    worker = Client().get("/statistics/offline-worker.js")
    assert (
        worker.headers["Content-Type"].startswith("text/javascript")
        and "worker-src 'self'" in worker.headers["Content-Security-Policy"]
    )
    assert worker.content.decode().startswith('const VERSION = "')
    desk.client.force_login(account_with_role("statistics_approver", place=desk.place.parent))
    assert "HoSo-Offline" not in desk.client.get(desk.address).headers  # who only reads has nothing to type


def test_all_that_a_kept_page_is_made_of_is_kept_with_it(desk: Desk) -> None:
    pages = [desk.client.get(page).content.decode() for page in (desk.address, "/statistics/")]
    asked = set(re.findall(r'(?:src|href)="/static/([^"]+)"', "".join(pages)))
    while more := {f"hoso/{name}" for one in asked for name in _imports(one)} - asked:
        asked |= more
    assert "hoso/waiting_store.js" in asked and asked <= set(statistics_offline.FILES), sorted(
        asked - set(statistics_offline.FILES)
    )


def _imports(name: str) -> list[str]:
    path = finders.find(name)
    assert isinstance(path, str)
    found: list[str] = (
        re.findall(r'"\./(\w+\.js)"', Path(path).read_text(encoding="utf-8")) if name.startswith("hoso/") else []
    )
    return found


def test_a_paper_beside_the_figure(desk: Desk) -> None:
    """Put there from the panel, given out to be kept and never shown as a page, taken off; what is no paper is told in the panel."""
    assert desk.save("12")["saved"]
    cell = {"row": "DELIV", "options": ""}

    def put(name: str, content: bytes) -> str:
        file = SimpleUploadedFile(name, content)
        return desk.client.post(f"{desk.address}cell/papers/", {**cell, "file": file}).content.decode()

    page = put("../so đẻ.pdf", b"%PDF-1.7")
    assert "so đẻ.pdf" in page and "../" not in page
    (number,) = re.findall(r"/statistics/papers/(\d+)/", page)
    assert " data-papers" in desk.client.get(desk.address).content.decode()
    answer = desk.client.get(f"/statistics/papers/{number}/")
    assert (answer.getvalue(), answer["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment;") and answer["X-Content-Type-Options"] == "nosniff"
    assert "không đính kèm được" in put("so.pdf", b"<html>") and "không đính kèm được" in put("so.pdf", b"")
    assert "không đính kèm được" in desk.client.post(f"{desk.address}cell/papers/", cell).content.decode()
    off = desk.client.post(f"{desk.address}cell/papers/off/", {**cell, "paper": number}).content.decode()
    assert "/statistics/papers/" not in off
    assert desk.client.get(f"/statistics/papers/{number}/").status_code == 404
    assert desk.client.post(f"{desk.address}cell/papers/off/", {**cell, "paper": "x"}).status_code == 400
