"""Helpers of the tests: a report is built, subscribed to and mailed, and the PDF is read."""

import re
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pypdfium2
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import OPERATOR, operator_id
from hoso.core.messages.sending import send_due_mail
from hoso.core.places.models import Place
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.uids import uid_of
from hoso.web.mailed_figures.sending import send_mailings

DELIV = uid_of("element:DELIV")
MONDAY = date(2026, 11, 30)


def act(client: Client, **words: str) -> Any:
    return client.post("/figures-by-mail/change/", words)


def letters(folder: Path) -> list[Any]:
    """Those that left by now, the earlier ones taken away."""
    send_due_mail(operator_id())
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]
    for file in folder.glob("*.eml"):
        file.unlink()
    return found


def confirmed(client: Client, folder: Path) -> None:
    assert act(client, act="send_code").status_code == 302
    (letter,) = letters(folder)
    code = re.search(r"[0-9a-f]{12}", letter.get_content())
    assert code and act(client, act="confirm", code=code[0]).status_code == 302


def report(owner: Client, asked: str, data: str = DELIV, period: str = "202601") -> str:
    """A report of a month with text and a table by place, at its fourth version."""
    key = owner.post("/built-reports/new/", {"title": "Báo cáo"})["Location"].split("/")[2]
    for version, words in enumerate(
        ({"act": "add_text", "text": "Lời của tỉnh 1230"}, {"act": "period", "period": period}), 1
    ):
        assert owner.post(f"/dashboards/{key}/edit/", {"version": version, **words}).status_code == 302
    add(owner, key, "Ô", f"data={data}&place={asked}&rows=place&columns=&show=table")
    return key


def add(owner: Client, key: str, title: str, asked: str) -> None:
    """One more part of a report: a question of the Explorer."""
    added = owner.post("/dashboards/add-tile/", {"board": key, "title": title, "address": f"?period=202601&{asked}"})
    assert added.status_code == 302, added.content.decode()[:500]


def indicator(code: str) -> str:
    """The id of an indicator."""
    return next(uid for uid, one in reckoned_indicators().items() if one.code == code)


def share(owner: Client, key: str, province: Place, version: int = 4) -> None:
    sharing = {"act": "share", "version": str(version), "role": "statistics_officer", "area": f"place:{province.pk}"}
    assert owner.post(f"/dashboards/{key}/edit/", sharing).status_code == 302


def run(day: date) -> int:
    return send_mailings(Actor(operator_id(), OPERATOR, "test"), day)


def pdf_of(letter: Any) -> str:
    (file,) = letter.iter_attachments()
    return text_of(file.get_content())


def text_of(content: bytes) -> str:
    """What a PDF says."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
