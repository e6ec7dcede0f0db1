"""Sending without waiting: POST dataValueSets?async=true, system/tasks and system/taskSummaries in the manner of 2.42."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account, Credential
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Place
from hoso.engines.statistics.imports import deferred
from hoso.engines.statistics.jobs import take_deferred
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from hoso.engines.statistics.uids import UID, uid_of

pytestmark = pytest.mark.django_db
Make = Callable[..., Account]
API = "/dhis2/api"
TASKS, SUMMARIES = f"{API}/system/tasks/DATAVALUE_IMPORT", f"{API}/system/taskSummaries/DATAVALUE_IMPORT"
FORM, DELIV = uid_of("form:tt23-4-bct"), uid_of("element:DELIV")
# Parameters that no address makes: the work breaks on them.
BROKEN = """
    INSERT INTO statistics_deferred_import (uid, account_id, account_name, warrant, source, device, request_id, content_type,
                                            parameters, payload)
    VALUES (%s, %s, '', '', '', '', gen_random_uuid(), 'application/json', '[]', '')
"""


@pytest.fixture
def place() -> Place:
    return communes("80", 1)[0]


@pytest.fixture
def officer(account_with_role: Make, place: Place) -> Account:
    return account_with_role("statistics_officer", place=place)


@pytest.fixture
def software(client: Client, officer: Account) -> Client:
    return _client(issue_token(officer, "dhis2", 1, shape="dhis2"))


def _client(token: str) -> Client:
    return Client(headers={"Authorization": f"ApiToken {token}"})


def _send(software: Client, place: Place, *values: str, query: str = "") -> Any:
    rows = [
        {"dataElement": DELIV, "period": f"20260{month}", "orgUnit": unit_uid(place), "value": value}
        for month, value in enumerate(values or ("12",), 1)
    ]
    return software.post(
        f"{API}/dataValueSets?async=true{query}", {"dataValues": rows}, content_type="application/json"
    )


def _jobs() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text, lock FROM procrastinate_jobs WHERE task_name = 'statistics.take_deferred' ORDER BY id"
        )
        return [{**json.loads(row[0]), "lock": row[1]} for row in cursor.fetchall()]


def _work() -> None:
    for job in _jobs():
        take_deferred(uid=job["uid"], account_id=job["account_id"])


def _stored(software: Client, place: Place) -> list[str]:
    query = f"dataSet={FORM}&startDate=2026-01-01&endDate=2026-12-31&orgUnit={unit_uid(place)}"
    return [one["value"] for one in software.get(f"{API}/dataValueSets?{query}").json()["dataValues"]]


def test_it_is_answered_at_once_done_by_a_job_and_told(software: Client, place: Place) -> None:
    answer = _send(software, place, "12", "x", "7")
    told = answer.json()
    assert (answer.status_code, told["status"], told["message"]) == (200, "OK", "Initiated DATAVALUE_IMPORT")
    uid, job = told["response"]["id"], told["response"]
    assert UID.fullmatch(uid) and job["jobType"] == "DATAVALUE_IMPORT"
    assert job["relativeNotifierEndpoint"] == f"/api/system/tasks/DATAVALUE_IMPORT/{uid}"
    assert _stored(software, place) == []
    (waiting,) = software.get(f"/dhis2{job['relativeNotifierEndpoint']}").json()
    assert (waiting["completed"], waiting["level"], waiting["category"]) == (False, "INFO", "DATAVALUE_IMPORT")
    empty = software.get(f"{SUMMARIES}/{uid}")
    assert (empty.status_code, empty.content, software.get(SUMMARIES).json()) == (200, b"", {})

    _work()
    assert sorted(_stored(software, place)) == ["12", "7"]
    notices = software.get(f"{TASKS}/{uid}.json").json()
    assert [one["completed"] for one in notices] == [True, False, False]
    assert len({one["uid"] for one in notices}) == 3 and notices[0]["time"] >= notices[1]["time"] >= notices[2]["time"]
    summary = software.get(f"{SUMMARIES}/{uid}").json()
    assert (summary["responseType"], summary["status"]) == ("ImportSummary", "WARNING")
    assert summary["importCount"] == {"imported": 2, "updated": 0, "ignored": 1, "deleted": 0}
    assert [(one["errorCode"], one["indexes"]) for one in summary["conflicts"]] == [("E8122", [1])]
    assert software.get(f"{API}/system/tasks").json() == {"DATAVALUE_IMPORT": {uid: notices}}
    assert software.get(TASKS).json() == {uid: notices} and software.get(SUMMARIES).json() == {uid: summary}


def test_it_tells_what_the_same_import_tells_that_is_waited_for(software: Client, place: Place) -> None:
    uids = [_send(software, place, "12", query=query).json()["response"]["id"] for query in ("&dryRun=true", "", "")]
    _work()
    told = [software.get(f"{SUMMARIES}/{uid}").json()["importCount"] for uid in uids]
    assert [(one["imported"], one["updated"]) for one in told] == [(1, 0), (1, 0), (0, 1)]
    direct = _send(software, place, "12").json() and software.post(
        f"{API}/dataValueSets",
        {"dataValues": [{"dataElement": DELIV, "period": "202601", "orgUnit": unit_uid(place), "value": "12"}]},
        content_type="application/json",
    )
    assert software.get(f"{SUMMARIES}/{uids[-1]}").json() == direct.json()["response"]


def test_jobs_of_one_account_wait_for_each_other_and_done_twice_is_done_once(software: Client, place: Place) -> None:
    uid = _send(software, place, "1").json()["response"]["id"]
    _send(software, place, "2")
    assert len({job["lock"] for job in _jobs()}) == 1
    _work()
    first = software.get(f"{SUMMARIES}/{uid}").json()
    _work()
    assert _stored(software, place) == ["2"]
    assert software.get(f"{SUMMARIES}/{uid}").json() == first


def test_only_who_sent_it_sees_it(software: Client, place: Place, officer: Account, account_with_role: Make) -> None:
    uid = _send(software, place).json()["response"]["id"]
    _work()
    beside = account_with_role("statistics_officer", place=place)
    other = _client(issue_token(beside, "dhis2", 1, shape="dhis2"))
    assert other.get(f"{TASKS}/{uid}").json() == [] == other.get(f"{TASKS}/nonEx1sting").json()
    assert (other.get(f"{SUMMARIES}/{uid}").content, other.get(SUMMARIES).json(), other.get(TASKS).json()) == (
        b"",
        {},
        {},
    )
    for account, count in ((officer, 1), (beside, 0)):
        with acting_transaction(account.pk, "statistics"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(payload) FROM statistics_deferred_import")
            assert cursor.fetchone() == (count, 0)  # what was sent is gone when it is over
    with acting_transaction(officer.pk, "statistics"), connection.cursor() as cursor:
        cursor.execute(BROKEN, [uid_of("import:own"), officer.pk])
    with transaction.atomic(), acting_transaction(beside.pk, "statistics"), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="row-level security"):
            cursor.execute(BROKEN, [uid_of("import:in another's name"), officer.pk])
        transaction.set_rollback(True)


def test_a_token_that_was_revoked_meanwhile_stores_nothing(software: Client, place: Place, officer: Account) -> None:
    uid = _send(software, place).json()["response"]["id"]
    Credential.objects.all().delete()
    _work()
    again = _client(issue_token(officer, "dhis2", 1, shape="dhis2"))
    told = again.get(f"{SUMMARIES}/{uid}").json()
    assert (told["status"], told["errorCode"], told["importCount"]["imported"]) == ("ERROR", "HS3491", 0)
    assert again.get(f"{TASKS}/{uid}").json()[0]["level"] == "ERROR"
    assert _stored(again, place) == []


def test_scopes_of_a_token_go_with_what_it_sent(place: Place, officer: Account) -> None:
    narrow = _client(issue_token(officer, "a", 1, scopes=["__dhis2/dataValueSets.cr"], shape="dhis2"))
    uid = _send(narrow, place).json()["response"]["id"]
    _work()
    assert narrow.get(f"{SUMMARIES}/{uid}").json()["importCount"]["imported"] == 1
    elsewhere = _client(issue_token(officer, "b", 1, scopes=["__dhis2/dataElements.rs"], shape="dhis2"))
    assert elsewhere.get(f"{TASKS}/{uid}").json()["errorCode"] == "HS2255"
    assert _send(elsewhere, place).json()["errorCode"] in ("HS2001", "HS2255")


def test_what_cannot_be_read_is_told_in_the_summary(software: Client) -> None:
    answer = software.post(f"{API}/dataValueSets?async=true", "{", content_type="application/json")
    _work()
    told = software.get(f"{SUMMARIES}/{answer.json()['response']['id']}").json()
    assert (told["status"], told["errorCode"]) == ("ERROR", "HS7002")


@pytest.mark.parametrize(
    ("query", "kind", "code"),
    [
        ("async=maybe", "application/json", "HS7001"), ("async=true&importStrategy=SOME", "application/json", "HS7001"),
        ("async=true&force=true", "application/json", "HS5530"), ("async=true", "application/pdf", "HS7002"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused_at_once(query: str, kind: str, code: str, software: Client) -> None:
    assert software.post(f"{API}/dataValueSets?{query}", "{}", content_type=kind).json()["errorCode"] == code
    assert not _jobs()


def test_a_kind_of_job_that_is_not_done_here_is_unknown(software: Client) -> None:
    answer = software.get(f"{API}/system/tasks/ANALYTICS_TABLE")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "HS7003")


def test_too_many_and_too_much_are_refused(
    software: Client, place: Place, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferred, "MOST_OPEN", 1)
    _send(software, place)
    answer = _send(software, place)
    assert (answer.status_code, answer.json()["errorCode"]) == (429, "HS3490")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = software.post(f"{API}/dataValueSets", {"dataValues": []}, content_type="application/json")
    assert (answer.status_code, answer.json()["errorCode"]) == (413, "HS3492")


def test_an_error_that_nobody_foresaw_is_told(software: Client, officer: Account) -> None:
    uid = uid_of("import:broken")
    with acting_transaction(officer.pk, "statistics"), connection.cursor() as cursor:
        cursor.execute(BROKEN, [uid, officer.pk])
    take_deferred(uid=uid, account_id=officer.pk)
    assert software.get(f"{SUMMARIES}/{uid}").json()["errorCode"] == "HS9001"
