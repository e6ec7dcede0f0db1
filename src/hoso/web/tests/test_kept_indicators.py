"""An indicator of the house is kept from the formula that was tried, used everywhere, changed as a new version, and retired."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.engines.statistics.tests.reporting import MONTH, communes, row, send, unit_uid
from hoso.web.tests.signing_in import with_second_factor

pytestmark = pytest.mark.django_db
KEEP, RETIRE, TRIAL = (f"/statistics/indicators/{one}/" for one in ("keep", "retire", "trial"))
TEENS = {
    "code": "X80_TEENS", "title_vi": "Tỷ lệ đẻ ở vị thành niên của tỉnh", "title_en": "", "numerator": "#{DELIV_TEEN}",
    "denominator": "#{DELIV}", "factor": "100", "seen": "0",
}  # fmt: skip


@pytest.fixture
def designer(account_with_role: Callable[..., Account]) -> Client:
    return with_second_factor(account_with_role("statistics_designer"))


@pytest.fixture
def unit(actor: Callable[..., Actor]) -> str:
    """A commune that reported 8 deliveries of which 2 of teenagers."""
    (place,) = communes("80", 1)
    rows = [row(place, key, number) for key, number in (("DELIV", 8), ("DELIV_TEEN", 2))]
    assert not send(actor("statistics_officer", place=place), rows).conflicts
    return unit_uid(place)


def test_it_is_kept_from_the_trial_and_answers_everywhere(
    designer: Client, unit: str, account_with_role: Callable[..., Account]
) -> None:
    asked = {name: TEENS[name] for name in ("numerator", "denominator", "factor")}
    assert 'action="/statistics/indicators/keep/"' in designer.get(TRIAL, asked).content.decode()
    assert designer.post(KEEP, TEENS).status_code == 302
    (kept,) = kept_indicators().values()
    assert kept.kept is not None and (kept.code, kept.kept.version) == ("X80_TEENS", 1)
    page = designer.get("/statistics/indicators/", {"q": "vi thanh nien cua tinh"}).content.decode()
    assert "(Đẻ ở vị thành niên) chia cho (" in page and "không phải chỉ số chính thức" in page

    reader = account_with_role("statistics_approver")
    software = {"Authorization": f"ApiToken {issue_token(reader, 'dhis2', 1, shape='dhis2')}"}
    told = Client().get(
        "/api/v1/statistics/figures", {"data": kept.uid, "period": MONTH, "place": unit}, headers=software
    )
    assert [float(one["value"]) for one in told.json()["figures"]] == [25]
    listed = Client().get(
        "/dhis2/api/indicators", {"filter": f"id:eq:{kept.uid}", "fields": "code,name"}, headers=software
    )
    assert [one["code"] for one in listed.json()["indicators"]] == ["X80_TEENS"]
    rows = Client().get(
        "/dhis2/api/analytics",
        {"dimension": f"dx:{kept.uid}", "filter": [f"pe:{MONTH}", f"ou:{unit}"]},
        headers=software,
    )
    assert [float(one[1]) for one in rows.json()["rows"]] == [25]


def test_a_change_is_a_version_and_one_nobody_saw_is_not_overwritten(designer: Client) -> None:
    assert designer.post(KEEP, TEENS).status_code == 302
    assert designer.post(KEEP, TEENS | {"factor": "1000", "seen": "1"}).status_code == 302
    (kept,) = kept_indicators().values()
    assert kept.kept is not None and (kept.factor, kept.kept.version) == (1000, 2)
    for seen in ("0", "1", "3", "1000000"):  # older ones, and some that nobody has kept
        assert b"HS7051" in designer.post(KEEP, TEENS | {"seen": seen}).content
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, factor FROM statistics_indicator ORDER BY 1")
        assert cursor.fetchall() == [(1, 100), (2, 1000)]


def test_the_first_version_follows_none(designer: Client) -> None:
    answer = designer.post(KEEP, TEENS | {"seen": "4"})
    assert (answer.status_code, b"HS7051" in answer.content, kept_indicators()) == (409, True, {})


def test_a_retired_one_is_found_no_more_and_its_versions_stay(designer: Client) -> None:
    designer.post(KEEP, TEENS)
    designer.post(KEEP, TEENS | {"code": "X80_HALF", "numerator": "I{X80_TEENS} / 2", "denominator": "1"})
    assert b"HS7051" in designer.post(RETIRE, {"code": "X80_TEENS", "seen": "2"}).content
    assert designer.post(RETIRE, {"code": "X80_TEENS", "seen": "1"}).status_code == 302
    assert [one.code for one in kept_indicators().values()] == ["X80_HALF"]
    page = designer.get(
        "/statistics/indicators/"
    ).content.decode()  # the one that asked for it is told, the others stand
    assert "hỏi đến chỉ tiêu không còn" in page and "MAT02" in page
    assert designer.post(KEEP, TEENS | {"seen": "2"}).status_code == 302  # taken up again, as version 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, retired FROM statistics_indicator WHERE code = 'X80_TEENS' ORDER BY 1")
        assert cursor.fetchall() == [(1, False), (2, True), (3, False)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "DELIV"}, "HS7048"), ({"code": "MAT02"}, "HS7048"),
        ({"code": "TỶ LỆ"}, "HS7049"), ({"code": "X"}, "HS7049"), ({"title_vi": "  "}, "HS7052"),
        ({"numerator": "#{DELIV_TEEN} +"}, "HS7030"), ({"numerator": "#{NO_SUCH}"}, "HS7034"),
        ({"denominator": "C{abc}"}, "HS7032"), ({"factor": "0"}, "HS9004"), ({"factor": "1000001"}, "HS9004"), ({"seen": "-1"}, "HS9004"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_refused(changed: dict[str, str], code: str, designer: Client) -> None:
    answer = designer.post(KEEP, TEENS | changed)
    assert 400 <= answer.status_code < 500
    assert code in answer.content.decode()
    assert not kept_indicators()


def test_none_asks_for_itself(designer: Client) -> None:
    designer.post(KEEP, TEENS)
    designer.post(KEEP, TEENS | {"code": "X80_HALF", "numerator": "I{X80_TEENS} / 2", "denominator": "1"})
    for inner in ("X80_TEENS", "X80_HALF"):
        answer = designer.post(KEEP, TEENS | {"numerator": f"I{{{inner}}} + 1", "seen": "1"})
        assert (answer.status_code, b"HS7053" in answer.content) == (422, True)


def test_only_who_defines_keeps_one(account_with_role: Callable[..., Account]) -> None:
    account = account_with_role("statistics_approver")
    client = Client()
    client.force_login(account)
    assert client.post(KEEP, TEENS).status_code == 403
    assert "indicators/keep/" not in client.get(TRIAL, {"numerator": "#{DELIV}"}).content.decode()
    insert = (
        "INSERT INTO statistics_indicator (code, version, title_vi, title_en, numerator, denominator, factor, account_id)"
        " VALUES ('X1', 1, 'x', 'x', '1', '1', 1, access_actor())"
    )
    with acting_transaction(account.pk, "statistics"), connection.cursor() as cursor:
        for statement in (insert, "DELETE FROM statistics_indicator"):
            with pytest.raises(DatabaseError) as refused, transaction.atomic():
                cursor.execute(statement)
            assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
