"""FHIR subscriptions: told in order, at least once, what the subscriber may see now, with secrets that nobody reads."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hoso.core.accounts.authorization import tokens
from hoso.core.accounts.authorization.models import Client as AppClient
from hoso.core.accounts.authorization.models import Grant
from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account, Assignment, Credential
from hoso.core.messages.call_queue import PAUSES
from hoso.engines.records.subscriptions.asked import without_secrets
from hoso.engines.records.subscriptions.noting import note_changes
from hoso.engines.records.subscriptions.sending import send_due
from tests.authorization.flow import registered
from tests.conformance.fhir_writing import Software, code_of, patient, software
from tests.conformance.test_every_route_is_audited import _with_second_factor
from tests.intaking import Intake, as_service, one, rows, sign_in

SECRET = "Bearer rat-bi-mat"


class Receiver:
    """A subscriber's server: keeps what came, and answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen.append((self.command, self.path, dict(self.headers), json.loads(body or b"null")))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.end_headers()

            do_POST = do_PUT = do_DELETE = _take

            def log_message(self, *_: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/nhan"

    @property
    def resources(self) -> list[str]:
        """What the id-only calls named, in their order."""
        return [body["parameter"][1]["valueReference"]["reference"] for _, _, _, body in self.seen]


@pytest.fixture
def receiver(intake: Intake, settings: Any) -> Iterator[Receiver]:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_CALLBACK_NETWORKS": [ip_network("127.0.0.0/8")]}
    settings.CALLBACK_GATEWAY = "hoso.gateways.callback.live.LiveCall"
    made = Receiver()
    yield made
    made.http.shutdown()
    made.http.server_close()


def subscription(url: str, criteria: str = "Observation?code=http://loinc.org|718-7", **channel: Any) -> dict[str, Any]:
    return {
        "resourceType": "Subscription", "status": "requested", "reason": "theo dõi", "criteria": criteria,
        "channel": {"type": "rest-hook", "endpoint": url, **channel},
    }  # fmt: skip


def observation(patient_id: str, value: float, code: str = "718-7") -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{patient_id}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": "2026-03-01T08:00:00+07:00",
        "valueQuantity": {"value": value},
    }  # fmt: skip


def told() -> int:
    """One round of the worker; returns how many notices were taken."""
    note_changes()
    return send_due()


@pytest.fixture(autouse=True)
def changes_of_this_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test rolls back, so its changes never become older than every running transaction: that guard is tested where
    changes are (core/changes), and by the kill test below, which commits."""
    from hoso.core.changes.outbox import Change
    from hoso.engines.records.subscriptions import noting

    def read(consumer: str, limit: int) -> list[Change]:
        found = rows(
            "SELECT transaction_id::text::bigint, id, topic, key, person_id, facility_id, sensitivity, payload::text"
            " FROM changes_change WHERE id > (SELECT coalesce(max(change_id), 0) FROM changes_consumer WHERE name = %s)"
            " ORDER BY id LIMIT %s", consumer, limit,
        )  # fmt: skip
        return [Change((row[0], row[1]), row[2], row[3], row[4], row[5], row[6], json.loads(row[7])) for row in found]

    monkeypatch.setattr(noting, "read_changes", read)


def due_now() -> None:
    with as_service() as cursor:
        cursor.execute("UPDATE subscriptions_delivery SET next_at = clock_timestamp()")


def test_a_subscriber_is_told_ids_alone_in_order(receiver: Receiver) -> None:
    house = software()
    made = house.created(subscription(receiver.url))
    assert made["status"] == "active"
    person = house.created(patient())["id"]
    wanted = [house.created(observation(person, value))["id"] for value in (120, 121, 122)]
    house.created(observation(person, 5, "2160-0"))  # another code
    assert told() == 3
    assert receiver.resources == [f"Observation/{id_}" for id_ in wanted]
    method, _, headers, body = receiver.seen[0]
    assert method == "POST" and headers["X-HoSo-Delivery"] and "valueQuantity" not in json.dumps(body)
    assert told() == 0 and len(receiver.seen) == 3
    changed = {**observation(person, 130), "id": wanted[0]}
    assert house.put(f"Observation/{wanted[0]}", changed).status_code == 200
    assert told() == 1 and receiver.resources[-1] == f"Observation/{wanted[0]}"


def test_with_a_payload_the_resource_goes_along(receiver: Receiver) -> None:
    house = software()
    house.created(subscription(receiver.url, payload="application/fhir+json"))
    id_ = house.created(observation(house.created(patient())["id"], 120))["id"]
    assert told() == 1
    method, path, _, body = receiver.seen[0]
    assert (method, path, body["valueQuantity"]["value"]) == ("PUT", f"/nhan/Observation/{id_}", 120)


def test_secrets_are_sent_and_never_read_back(receiver: Receiver) -> None:
    house = software()
    made = house.created(subscription(receiver.url, header=[f"Authorization: {SECRET}"]))
    assert made["channel"]["header"] == ["Authorization: ***"]
    address = f"Subscription/{made['id']}"
    reader = software("doctor", "01000")
    for answer in (reader.get(address), reader.get(f"{address}/_history"), reader.get("Subscription")):
        assert answer.status_code == 200 and SECRET not in answer.content.decode()
    assert house.put(address, made).status_code == 200  # as it was read: the secret stays
    house.created(observation(house.created(patient())["id"], 120))
    assert told() == 1 and receiver.seen[0][2]["Authorization"] == SECRET
    for table in ("records_resource", "records_resource_version", "changes_change", "subscriptions_subscription"):
        assert one(f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0", SECRET) == 0
    assert one("SELECT count(*) FROM records_resource WHERE strpos(convert_from(body, 'UTF8'), %s) > 0", SECRET) == 0
    house.delete(address)
    assert one("SELECT headers FROM subscriptions_subscription") == ""


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"criteria": "Observation?patient.name=x"}, "HS5240"),
        ({"criteria": "Nothing?x=1"}, "HS5240"),
        ({"criteria": "Observation?_sort=date"}, "HS5240"),
        ({"channel": {"type": "email", "endpoint": "mailto:a@b"}}, "HS5242"),
        ({"channel": {"type": "rest-hook", "endpoint": "ftp://a/"}}, "HS5241"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://u:p@a/"}}, "HS5241"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://a/", "header": ["Host: b"]}}, "HS5243"),
        ({"channel": {"type": "rest-hook", "endpoint": "https://a/", "header": ["X: 1\r\nY: 2"]}}, "HS5243"),
    ],
)
def test_what_cannot_be_watched_is_refused(receiver: Receiver, changed: dict[str, Any], code: str) -> None:
    answer = software().post("Subscription", subscription(receiver.url) | changed)
    assert code_of(answer) == code
    assert one("SELECT count(*) FROM subscriptions_subscription") == 0


def test_who_may_not_read_cannot_subscribe(receiver: Receiver) -> None:
    assert code_of(software("intake_officer").post("Subscription", subscription(receiver.url))) == "HS5244"


def test_the_access_of_the_subscriber_at_the_time_of_sending(receiver: Receiver) -> None:
    """A subscriber who reads at one facility is told of that facility's persons; of nobody once the role is over; of nothing
    that is labelled."""
    account = sign_in("doctor", "01000")
    with as_operator():
        Assignment.objects.create(account=account, role="intake_officer", valid_from="2020-01-01")
    doctor = Software(Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"}))
    doctor.created(subscription(receiver.url))
    house = software()
    person = house.created(patient())["id"]
    unseen = house.created(observation(person, 1))["id"]
    assert told() == 0  # nobody's patient here
    encounter = {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{person}"}, "period": {"start": "2026-03-01", "end": "2026-03-01"},
        "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": "01000"}},
    }  # fmt: skip
    house.created(encounter)
    seen = house.created(observation(person, 2))["id"]
    labelled = house.created({**observation(person, 3), "meta": {"security": [
        {"system": "https://hoso.vn/fhir/CodeSystem/sensitivity", "code": "hiv"}]}})["id"]  # fmt: skip
    assert told() == 1 and receiver.resources == [f"Observation/{seen}"]
    assert labelled not in str(receiver.seen) and unseen not in str(receiver.seen)
    house.created(observation(person, 4))
    note_changes()
    with as_operator():
        Assignment.objects.filter(account=account, role="doctor").update(valid_to="2020-02-01")
    assert send_due() == 0 and len(receiver.seen) == 1
    assert one("SELECT count(*) FROM subscriptions_delivery WHERE delivered_at IS NULL") == 0


@pytest.mark.parametrize("odd", [b"1" + b"0" * 30, b'"\\ud800"', b"NaN", b"1.10"])
def test_odd_numbers_and_letters_are_no_fault_of_the_house(receiver: Receiver, odd: bytes) -> None:
    body = json.dumps(subscription(receiver.url)).encode()[:-1] + b', "channel2": ' + odd + b"}"
    answer = software().send("POST", "Subscription", body)
    assert 400 <= answer.status_code < 500 and code_of(answer)
    kept, _ = without_secrets(body)
    assert odd in kept


def test_what_was_told_of_and_is_deleted_is_told_to_be_gone(receiver: Receiver) -> None:
    house = software()
    house.created(subscription(receiver.url))
    house.created(subscription(receiver.url, payload="application/fhir+json"))
    person = house.created(patient())["id"]
    wanted, other = (house.created(observation(person, 1, code))["id"] for code in ("718-7", "2160-0"))
    assert told() == 2
    for id_ in (wanted, other):
        assert house.delete(f"Observation/{id_}").status_code == 204
    receiver.seen.clear()
    assert told() == 2
    (method, _, _, body), (deleted, path, _, nothing) = receiver.seen
    assert (method, body["parameter"][-1]) == ("POST", {"name": "deleted", "valueBoolean": True})
    assert (deleted, path, nothing) == ("DELETE", f"/nhan/Observation/{wanted}", None)
    house.put(f"Observation/{wanted}", {**observation(person, 2), "id": wanted})
    house.delete(f"Observation/{wanted}")
    receiver.seen.clear()
    assert told() == 2  # made and deleted before anybody looked: the deletion alone


def ended(account: Account, how: str) -> None:
    """Take from the subscriber that by which the subscription was ordered."""
    client = AppClient.objects.get()
    grant = Grant.objects.get(scopes__contains="Subscription")
    if how == "token revoked":
        Credential.objects.filter(account=account).update(revoked_at=timezone.now())
    elif how == "grant ended":
        Grant.objects.filter(pk=grant.pk).update(revoked_at=timezone.now())
    elif how == "client closed":
        AppClient.objects.filter(pk=client.pk).update(closed_at=timezone.now())
    elif how == "account closed":
        account.is_active = False
        account.save()
    elif how == "scope taken":
        Grant.objects.filter(pk=grant.pk).update(scopes="user/Subscription.cruds user/Patient.rs")


def by_an_app(account: Account, scopes: str) -> Software:
    """Software that a person allowed to act, with its access token."""
    app = registered(account, scopes=scopes).client
    now = timezone.now()
    grant = Grant.objects.create(
        client=app, account=account, scopes=scopes, expires_at=now + timedelta(days=1), second_factor=True
    )
    tokens.keep(grant, tokens.Issue("access", "hosoat_x", scopes, timedelta(hours=1)))
    return Software(Client(headers={"authorization": "Bearer hosoat_x"}))


APP_SCOPES = "user/Subscription.cruds user/Observation.rs"


@pytest.mark.parametrize(
    ("how", "gone"),
    [
        ("", 0), ("token revoked", 1), ("grant ended", 1), ("client closed", 1), ("scope taken", 1), ("account closed", 2),
    ],
)  # fmt: skip
def test_nothing_is_told_once_the_right_is_gone(receiver: Receiver, how: str, gone: int) -> None:
    """Two subscriptions of one account, one by its own token, one by an app: each lives as long as what it was ordered by."""
    account = sign_in("intake_service")
    own = Software(Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"}))
    own.created(subscription(receiver.url))
    by_an_app(account, APP_SCOPES).created(subscription(receiver.url))
    house = software()
    person = house.created(patient())["id"]
    house.created(observation(person, 1))
    assert told() == 2
    house.created(observation(person, 2))
    note_changes()
    ended(account, how)
    assert send_due() == 2 - gone
    house.created(observation(person, 3))
    assert told() == 2 - gone
    assert one("SELECT count(*) FROM subscriptions_delivery WHERE delivered_at IS NULL") == 0


def test_outside_of_its_hours_a_subscriber_is_told_later(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    house = software()
    house.created(subscription(receiver.url))
    house.created(observation(house.created(patient())["id"], 1))
    sending = "hoso.engines.records.subscriptions.sending.what_keeps_out"
    with monkeypatch.context() as night:
        night.setattr(sending, lambda _: "HS2204")
        assert told() == 0 and receiver.seen == []
    due_now()
    assert send_due() == 1 and len(receiver.seen) == 1


def test_one_that_fails_is_tried_again_then_given_up_and_sent_by_hand(receiver: Receiver) -> None:
    house = software()
    house.created(subscription(receiver.url))
    person = house.created(patient())["id"]
    first, second = (house.created(observation(person, value))["id"] for value in (1, 2))
    receiver.answers = [500]
    assert told() == 0 and receiver.resources == [f"Observation/{first}"]
    assert told() == 0 and len(receiver.seen) == 1  # it waits, and the second behind it
    for _ in PAUSES:
        receiver.answers = [503]
        due_now()
        send_due()
    assert rows("SELECT attempts, problem, dead_at IS NOT NULL FROM subscriptions_delivery ORDER BY id LIMIT 1") == [
        (len(PAUSES) + 1, "HTTP 503", True)
    ]
    assert receiver.resources[-1] == f"Observation/{second}"  # a dead letter holds nothing up
    account = sign_in("administrator")
    administrator = Client()
    administrator.force_login(account)
    _with_second_factor(administrator, account)
    page = administrator.get("/subscriptions/").content.decode()
    assert "HTTP 503" in page and SECRET not in page and first not in page
    number = one("SELECT id FROM subscriptions_delivery WHERE dead_at IS NOT NULL")
    again = f"/subscriptions/{number}/again/"
    assert [administrator.post(again).status_code for _ in range(2)] == [302, 302]  # pressed twice: it waits already
    assert send_due() == 1 and receiver.resources[-1] == f"Observation/{first}"
    assert administrator.post(again).status_code == 404


def test_an_ended_one_tells_nothing(receiver: Receiver) -> None:
    house = software()
    made = house.created(subscription(receiver.url) | {"end": "2020-01-01T00:00:00+07:00"})
    person = house.created(patient())["id"]
    house.created(observation(person, 1))
    assert told() == 0
    house.put(f"Subscription/{made['id']}", {**subscription(receiver.url), "id": made["id"], "status": "off"})
    house.created(observation(person, 2))
    assert told() == 0 and receiver.seen == []


def test_nobody_but_the_house_reads_the_tables(receiver: Receiver) -> None:
    software().created(subscription(receiver.url))
    doctor = sign_in("doctor", "01000")
    from hoso.core.database.session import acting_transaction

    with acting_transaction(doctor.pk, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM subscriptions_subscription")
        assert cursor.fetchone() == (0,)
