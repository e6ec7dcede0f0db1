"""What of a report is mailed and what stays in the house (ADR 204): the parts of one mail, some with a small figure behind them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.engines.statistics.analytics.tests.test_record_counts import MONTH, TODAY, live
from hoso.engines.statistics.from_record.record_state import count_record_state
from hoso.engines.statistics.tests.reporting import communes, row, send, unit_uid
from hoso.engines.statistics.uids import uid_of
from hoso.web.mailed_figures.tests.conftest import Who
from hoso.web.mailed_figures.tests.mailing import MONDAY, act, add, confirmed, indicator, letters, pdf_of, report, run

pytestmark = pytest.mark.django_db
REPORTED = {  # of January, by commune: three of them
    "DELIV": (200, 300, 50), "DELIV_MANAGED": (150, 250, 20), "DELIV_TEEN": (60, 3, 12), "TT_FULL": (195, 40, 50), "DELIV_EM": (0, 30, 20),
    "PREG_NEW": (90, 5, 70), "PREG_TEEN": (40, 4, 0), "HIV_TEST": (9, 30, 10), "BIRTH_CERT": (100, 2, 1), "PNC_W1": (100, 3, 4),
}  # fmt: skip


BY_PLACE = "&columns=&show=table&rows=place&place="
Parts = dict[str, tuple[str, str]]  # by name: the question, and a figure that it tells; none where it is left out


def _element(name: str) -> str:
    return f"data={uid_of(f'element:{name}')}"


def _ratio(code: str) -> str:
    return f"data={indicator(code)}"


def _mailed(client: Client, folder: Path, parts: Parts, month: str) -> None:
    """Each part of one mail tells its figure, or that it has a small one and nothing else."""
    key = report(client, "own", period=month)
    for number, (asked, _) in enumerate(parts.values()):
        add(client, key, f"<{number}>", asked)
    act(client, act="subscribe", board=key, day="week-1")
    assert run(MONDAY) == 1
    (letter,) = letters(folder)
    texts = re.split(r"<\d+>", pdf_of(letter))[1:]
    for (name, (_, figure)), text in zip(parts.items(), texts, strict=True):
        said, is_withheld, rest = text.partition("Có số nhỏ nên không gửi qua thư: mở trong HoSo để xem.")
        if figure:
            assert not is_withheld and re.search(rf"(?<![\d.,]){figure}(?![\d,])", text), (name, text)
        else:
            assert is_withheld and not re.search(r"\d", said + rest.partition("Mọi số")[0]), (name, text)


def test_a_part_with_a_small_figure_behind_it_is_left_out_the_others_are_exact(
    who: Who, actor: Callable[..., Actor], folder: Path
) -> None:
    found = communes("80", 3)
    sent = [row(found[at], name, str(one)) for name, three in REPORTED.items() for at, one in enumerate(three)]
    assert send(actor("statistics_officer"), sent).imported == len(sent)
    a, b, c = map(unit_uid, found)
    client, _ = who(found[0].parent)
    confirmed(client, folder)
    parts = {
        "usual": (_element("PREG_NEW") + BY_PLACE + f"{a};{b}", "5"),
        "small": (_element("PREG_TEEN") + BY_PLACE + f"{a};{b}", ""),
        "zero": (_element("PREG_TEEN") + BY_PLACE + f"{a};{c}", "40"),
        "sensitive": (_element("HIV_TEST") + BY_PLACE + f"{a};{b}", ""),
        "sensitive above": (_element("HIV_TEST") + BY_PLACE + f"{b};{c}", "10"),
        "one value": (_element("DELIV_TEEN") + f"&rows=&columns=&show=single&place={b}", ""),
        "share": (_ratio("MAT04") + BY_PLACE + f"{a};{b}", "83,33"),  # 250 of 300
        "numerator": (_ratio("MAT02") + BY_PLACE + f"{a};{b}", ""),  # 3 of 300
        "none of them": (_ratio("MAT03") + BY_PLACE + f"{a};{b}", "10"),  # 0 of 200 and 30 of 300
        "difference": (_ratio("MAT05") + BY_PLACE + f"{a};{b}", ""),  # 195 of 200
        "cut, rest small": (_element("BIRTH_CERT") + BY_PLACE + f"{a};{b};{c}&top=1", ""),  # 103 beside 100
        "cut, rest large": (_element("PNC_W1") + BY_PLACE + f"{a};{b};{c}&top=1", "107"),
        "sum of small": (_element("PNC_W1") + f"&rows=period&columns=&show=table&place={b};{c}", "7"),
        "reports, not people": (f"data={uid_of('form:tt23-4-bct')}.EXPECTED_REPORTS{BY_PLACE}{a};{b}", "1"),
    }
    _mailed(client, folder, parts, "202601")


def test_of_the_record_counts_are_told_and_no_rate(who: Who, folder: Path) -> None:
    """A small numerator could be worked out from a rate, whatever its size."""
    a, b = communes("80", 2)
    for number in range(9):  # seven in one commune, of whom five came lately, two in the other
        live(9_100_000 + number, a if number < 7 else b, *([MONTH.start] if number < 5 else []))
    count_record_state(TODAY)
    client, _ = who(a.parent)
    confirmed(client, folder)
    parts = {
        "people": (f"data=record.PEOPLE{BY_PLACE}{unit_uid(a)}", "7"),
        "few people": (f"data=record.PEOPLE{BY_PLACE}{unit_uid(a)};{unit_uid(b)}", ""),
        "of them fresh": (f"data=record.FRESH{BY_PLACE}{unit_uid(a)}", "5"),
        "rate": (f"data=record.FRESH_RATE{BY_PLACE}{unit_uid(a)}", ""),
    }
    _mailed(client, folder, parts, MONTH.id)
