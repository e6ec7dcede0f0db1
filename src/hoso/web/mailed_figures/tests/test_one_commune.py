"""Who works in one commune: whatever a report of the province asks, no figure of another commune reaches her, by mail or as a file;
the same report holds them for the province, so that the search for them is known to find."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from hoso.core.access.actor import Actor
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import row, send, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.mailed_figures.tests.conftest import Who
from hoso.web.mailed_figures.tests.mailing import (
    MONDAY,
    act,
    add,
    confirmed,
    indicator,
    letters,
    pdf_of,
    report,
    run,
    share,
    text_of,
)

pytestmark = pytest.mark.django_db
MANAGED = uid_of("element:DELIV_MANAGED")
OWN = ("731", "7310")  # the figure, and the indicator: of 10 deliveries
WRITTEN = "Lời của tỉnh 1230"  # by the province, into the text that all read
OF_OTHERS = re.compile(
    r"1389|2120|1230|1240|112[.,]9|170[.,]9"
)  # planted, summed with the own, and the indicator of both


def test_nothing_of_another_commune_by_mail_pdf_or_xlsx(
    who: Who, places: list[Place], folder: Path, actor: Callable[..., Actor]
) -> None:
    other, mine = places
    province = other.parent
    assert province is not None
    planted = [row(other, "DELIV_MANAGED", "1389"), row(mine, "DELIV_MANAGED", "731")]
    assert send(actor("statistics_officer"), planted).imported == 2
    (owner, owning), (station, at_station) = who(province), who(mine)
    key = _report(owner, unit_uid(other), unit_uid(mine), unit_uid(province))
    share(owner, key, province, 9)
    for client in (owner, station):
        confirmed(client, folder)
        assert act(client, act="subscribe", board=key, day="week-1").status_code == 302
    assert run(MONDAY) == 2
    mailed = {one["To"]: pdf_of(one) for one in letters(folder)}
    for client, account, of_all in ((owner, owning, True), (station, at_station, False)):
        for kind, text in {
            "mail": mailed[f"{account.username}@example.vn"],
            "pdf": text_of(client.get(f"/built-reports/{key}/report.pdf").content),
            "xlsx": _cells(client.get(f"/built-reports/{key}/report.xlsx?place={unit_uid(province)}").content),
        }.items():
            bare = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", text).replace(WRITTEN, "")  # 1.389: a thousand and more
            assert bool(OF_OTHERS.search(bare)) is of_all, (account.username, kind, bare)
            assert all(figure in bare for figure in OWN), (account.username, kind, bare)


def _report(owner: Client, other: str, mine: str, province: str) -> str:
    """Six ways of asking for both communes."""
    key = report(owner, f"own;own/children;{other};{mine};{province}", MANAGED)
    share_of = indicator("MAT04")
    for number, asked in enumerate(
        (
            f"data={MANAGED}&place={other};{mine}&rows=period&columns=&show=column",  # as one
            f"data={MANAGED}&place={province}&rows=&columns=&show=single",
            f"data={MANAGED}&place=own/children;{other};{mine}&rows=place&columns=period&show=line&top=1&change=1",
            f"data={share_of}&place={province};own;{other};{mine}&rows=place&columns=period&show=bar",
            f"data={MANAGED}&place={other}&rows=place&columns=&show=table",
        )
    ):
        add(owner, key, f"Phần {number}", asked)
    return key


def _cells(content: bytes) -> str:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
