"""The overseer's pages: filters that narrow, words nobody knows refused, looking is itself an event about the person."""

import re
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.web.tests.signing_in import with_second_factor

Enter = Callable[[str], Client]


@pytest.fixture
def overseer(db: None, account_with_role: Callable[..., Account]) -> Client:
    return with_second_factor(account_with_role("overseer"))


@pytest.fixture
def some_events(db: None, account_with_role: Callable[..., Account]) -> None:
    doctor = account_with_role("doctor", username="bs.hung")
    actor = Actor(doctor.pk, doctor.username, "person", "192.0.2.7", "Firefox", source_port=47011)
    record_event(AuditEvent(actor, "doctor", "treatment", "read", 4242, "timeline", reason="khám"))
    record_event(AuditEvent(actor, "doctor", "treatment", "read", 4343, "visit", sensitive=True, break_glass=True))
    record_event(AuditEvent(actor, "doctor", "treatment", "refuse", 4444, outcome="refused"))


@pytest.mark.parametrize(
    ("words", "shown", "hidden"),
    [
        ("", "4242 4343 4444", ""),
        ("?person=4242", "4242", "4343 4444"),
        ("?sensitive=1", "4343", "4242 4444"),
        ("?break_glass=1", "4343", "4242 4444"),
        ("?outcome=refused", "4444", "4242 4343"),
        ("?action=read", "4242 4343", "4444"),
        ("?account=nobody", "", "4242 4343 4444"),
        ("?since=2020-01-01&until=2020-01-02", "", "4242 4343 4444"),
    ],
)
def test_filters(words: str, shown: str, hidden: str, overseer: Client, some_events: None) -> None:
    page = overseer.get(f"/audit/{words}").content.decode()
    rows = page.split("<tbody>")[-1] if "<tbody>" in page else ""
    assert [number for number in shown.split() if f"/audit/people/{number}/" not in rows] == []
    assert [number for number in hidden.split() if f"/audit/people/{number}/" in rows] == []


@pytest.mark.parametrize("words", ["?x=1", "?person=abc", "?since=yesterday", "?action=steal", "?before=-1"])
@pytest.mark.parametrize("path", ["/audit/", "/audit/accounts/"])
def test_what_is_not_understood_is_refused(path: str, words: str, overseer: Client) -> None:
    assert overseer.get(path + words).status_code == 400


def test_one_event_shows_every_field(overseer: Client, some_events: None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT currval(pg_get_serial_sequence('audit_event', 'id'))")
        number = cursor.fetchone()[0] - 2
    page = overseer.get(f"/audit/events/{number}/").content.decode()
    assert [word for word in ("bs.hung", "192.0.2.7", "47011", "khám", "Firefox", "4242") if word not in page] == []
    assert overseer.get("/audit/events/999999999/").status_code == 404


def test_looking_at_a_person_is_an_event_about_them(overseer: Client, some_events: None) -> None:
    overseer.get("/audit/people/4242/")
    page = overseer.get("/audit/people/4242/").content.decode()
    assert "overseer" in page
    assert "Bác sĩ" in page


def test_statistics_for_each_account(overseer: Client, some_events: None) -> None:
    page = overseer.get("/audit/accounts/?account=bs.hung").content.decode()
    row = page.split("<tbody>")[-1].split("</tr>")[0]
    assert row.count(">3<") >= 1  # three persons
    assert ">1<" in row  # refusals, sensitive, emergency


@pytest.mark.parametrize("role", ["doctor", "administrator", "intake_officer"])
def test_nobody_else_sees_them(role: str, db: None, account_with_role: Callable[..., Account]) -> None:
    client = Client()
    client.force_login(account_with_role(role))
    assert client.get("/audit/").status_code == 403
    assert client.get("/audit/people/1/").status_code == 403


def test_accounts_by_tier_shows_the_highest_and_what_stands_out(
    overseer: Client, account_with_role: Callable[..., Account]
) -> None:
    account_with_role("doctor", username="bs.binhthuong")
    idle = account_with_role("doctor", username="bs.vang")
    Account.objects.filter(pk=idle.pk).update(active_since="2020-01-01T00:00:00+07:00")
    page = overseer.get("/audit/tiers/").content.decode()
    assert "system.operator" in page and "bs.vang" in page and "bs.binhthuong" not in page
    row = page[page.index("bs.vang") :].partition("</tr>")[0]
    assert ">T3<" in row and "bỏ không" in row and "dùng chung" not in row


def test_accounts_by_tier_are_not_for_others(db: None, account_with_role: Callable[..., Account]) -> None:
    client = Client()
    client.force_login(account_with_role("doctor"))
    assert client.get("/audit/tiers/").status_code == 403


def test_the_report_of_a_month_and_of_none(overseer: Client) -> None:
    page = overseer.get("/oversight/report/?month=2026-03").content.decode()
    assert "03/2026" in page and "?month=2026-02" in page and "Không có sự kiện nào trong tháng" in page
    assert [
        overseer.get(f"/oversight/report/?month={text}").status_code for text in ("2026-13", "x", "2026-03-01")
    ] == [400] * 3


@pytest.mark.parametrize("role", ["doctor", "administrator"])
def test_the_report_is_not_for_others(role: str, db: None, account_with_role: Callable[..., Account]) -> None:
    client = Client()
    client.force_login(account_with_role(role))
    assert client.get("/oversight/report/").status_code == 403


def test_a_year_is_laid_down_published_by_another_and_read_by_anybody(
    overseer: Client, account_with_role: Callable[..., Account]
) -> None:
    anybody, other = Client(), with_second_factor(account_with_role("overseer"))
    assert "Chưa có năm nào được công bố" in anybody.get("/oversight-summary/").content.decode()
    assert [overseer.post("/oversight/years/new/", {"year": text}).status_code for text in ("20x5", "2999")] == [
        400,
        422,
    ]
    assert overseer.post("/oversight/years/new/", {"year": "2025"}).status_code == 302
    own, others = (one.get("/oversight/years/").content.decode() for one in (overseer, other))
    publishing = re.findall(r"/oversight/years/\d+/publish/", others)
    assert len(publishing) == 1 and "/publish/" not in own and "Bạn đã lập bản này" in own
    assert overseer.post(publishing[0]).status_code == 422
    assert "Năm 2025" not in anybody.get("/oversight-summary/").content.decode()
    assert other.post(publishing[0]).status_code == 302
    page = anybody.get("/oversight-summary/").content.decode()
    assert "Năm 2025" in page and "overseer" not in page
    assert anybody.get("/oversight/years/").status_code == 302  # to the sign-in


@pytest.mark.parametrize("role", ["doctor", "administrator"])
def test_the_years_are_not_for_others(role: str, db: None, account_with_role: Callable[..., Account]) -> None:
    client = Client()
    client.force_login(account_with_role(role))
    assert client.get("/oversight/years/").status_code == 403
    assert client.post("/oversight/years/new/", {"year": "2025"}).status_code == 403


def test_severities_are_shown_and_nothing_is_proposed_without_cases(
    overseer: Client, account_with_role: Callable[..., Account]
) -> None:
    page = overseer.get("/oversight/tuning/").content.decode()
    assert "Không có gợi ý nào" in page and "Chưa có đề xuất nào" in page
    assert overseer.post("/oversight/tuning/new/", {"sensor": "S9"}).status_code == 409
    answers = [overseer.post("/oversight/tuning/1/decide/", {"decision": word}).status_code for word in ("x", "accept")]
    assert answers == [400, 409]
    doctor = Client()
    doctor.force_login(account_with_role("doctor"))
    assert doctor.get("/oversight/tuning/").status_code == 403


def test_the_watch_list_takes_somebody_by_code_and_ends_it(
    overseer: Client, account_with_role: Callable[..., Account]
) -> None:
    with acting_transaction(intake_service_id(), "record_keeping"), connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort, birth_precision, sex, as_of,"
            " facility_id, package_id) VALUES (4242, 4242, 'p-4242', 'Trần Mẫu', 'tran mau', 'x', 0, 3, now(), 0, 1)"
        )
    told = {
        "code": "4242",
        "kind": "in_the_news",
        "reason": "được báo chí nhắc tới",
        "first_day": f"{timezone.localdate()}",
    }
    assert overseer.post("/oversight/watch/new/", told).status_code == 302
    wrong: tuple[dict[str, str], ...] = ({"code": "4243"}, {"kind": "x"}, {"first_day": "x"}, {"reason": "vì"}, {})
    assert [overseer.post("/oversight/watch/new/", {**told, **other}).status_code for other in wrong] == [
        422,
        400,
        400,
        422,
        409,
    ]
    page = overseer.get("/oversight/watch/").content.decode()
    (ending,) = re.findall(r"/oversight/watch/\d+/end/", page)
    assert "#4242" in page and "được báo chí nhắc tới" in page and "Mẫu" not in page
    end = {"last_day": f"{timezone.localdate()}", "reason": "không còn được nhắc tới"}
    assert [overseer.post(ending, {**end, **other}).status_code for other in ({"last_day": "2020-01-01"}, {})] == [
        422,
        302,
    ]
    assert overseer.post("/oversight/watch/999/end/", end).status_code == 409
    assert "không còn được nhắc tới" in overseer.get("/oversight/watch/").content.decode()
    doctor = Client()
    doctor.force_login(account_with_role("doctor"))
    assert [doctor.get("/oversight/watch/").status_code, doctor.post("/oversight/watch/new/", told).status_code] == [
        403,
        403,
    ]
