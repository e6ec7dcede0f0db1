"""The result of a package called in to its sender: signed, in order, at least once, given up in the end, told on the board."""

import hmac
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.actions import operator
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.actions import receive
from hoso.engines.intake.jobs import take_in_open_packages
from hoso.engines.intake.notifying.calls import call_again, troubled_calls
from hoso.engines.intake.notifying.delivering import PAUSES, deliver_due
from hoso.engines.intake.notifying.targets import end_target, set_target, targets
from tests.claim_packages import package, sample_3176
from tests.intaking import Intake, as_service, asker, one, rows

CLAIM = sample_3176()


class Receiver:
    """A hospital's server: keeps what came, and answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.seen: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen.append((dict(self.headers), body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/ket-qua"

    @property
    def packages(self) -> list[int]:
        return [json.loads(body)["package"] for _, body in self.seen]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def house(intake: Intake, settings: Any) -> Intake:
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_CALLBACK_NETWORKS": [ip_network("127.0.0.0/8")]}
    settings.CALLBACK_GATEWAY = "hoso.gateways.callback.live.LiveCall"
    return intake


def called(receiver: Receiver) -> str:
    return set_target(operator("test"), ensure_facility("01000"), receiver.url)


def due_now() -> None:
    with as_service() as cursor:
        cursor.execute("UPDATE notifying_delivery SET next_at = clock_timestamp()")


def test_the_result_is_called_in_signed_and_without_a_person(house: Intake, receiver: Receiver) -> None:
    secret = called(receiver)
    house.send(package(CLAIM), "goi.xml")
    assert deliver_due() == 1
    ((headers, body),) = receiver.seen
    expected = hmac.new(secret.encode(), headers["X-HoSo-Timestamp"].encode() + b"." + body, sha256).hexdigest()
    assert headers["X-HoSo-Signature"] == f"v1={expected}"
    told = json.loads(body)
    assert (told["event"], told["state"], told["file"], told["account"]["filed"]) == (
        "package.finished",
        "done",
        "goi.xml",
        1,
    )
    assert CLAIM.summary["HO_TEN"] not in body.decode()
    assert CLAIM.summary["SO_CCCD"] not in body.decode()
    assert deliver_due() == 0
    assert len(receiver.seen) == 1


def test_only_the_facilitys_own_packages(house: Intake, receiver: Receiver) -> None:
    called(receiver)
    house.send(package(CLAIM.with_(MA_CSKCB="01001"), facility="01001"))
    assert (deliver_due(), receiver.seen) == (0, [])


def test_failures_are_tried_again_later_and_in_order(house: Intake, receiver: Receiver) -> None:
    called(receiver)
    receiver.answers = [500, 503]
    for number in (1, 2):
        house.send(package(CLAIM.with_(MA_LK=f"SYN.{number}")))
    assert deliver_due() == 0
    assert len(set(receiver.packages)) == 1  # the second waits behind the first
    assert deliver_due() == 0  # not due yet
    assert len(receiver.seen) == 1
    due_now()
    deliver_due()
    due_now()
    assert deliver_due() == 2
    assert receiver.packages == sorted(receiver.packages)
    assert len(receiver.seen) == 4


def test_given_up_it_holds_up_no_other_and_stands_on_the_board(house: Intake, receiver: Receiver) -> None:
    called(receiver)
    receiver.answers = [500] * (len(PAUSES) + 1)
    house.send(package(CLAIM.with_(MA_LK="SYN.1")))
    for _ in range(len(PAUSES) + 1):
        due_now()
        deliver_due()
    house.send(package(CLAIM.with_(MA_LK="SYN.2")))
    assert deliver_due() == 1
    officer = asker("facility_records_officer", "01000").actor
    (dead,) = board(officer)
    assert (dead.attempts, dead.problem, dead.dead_at is not None) == (len(PAUSES) + 1, "HTTP 500", True)
    assert [(one.waiting, one.dead) for one in targets()] == [(0, 1)]
    call_again(officer, dead.id)
    assert deliver_due() == 1
    assert board(officer) == []
    with pytest.raises(HosoError, match="HS3377"):
        call_again(officer, dead.id)


def board(actor: Actor) -> Any:
    return read(actor, "record_keeping", Asking("package.read"), troubled_calls)


def test_another_facility_sees_and_calls_nothing(house: Intake, receiver: Receiver) -> None:
    called(receiver)
    receiver.answers = [500]
    house.send(package(CLAIM))
    deliver_due()
    other = asker("facility_records_officer", "01001").actor
    assert board(other) == []
    with pytest.raises(HosoError, match="HS3377"):
        call_again(other, one("SELECT id FROM notifying_delivery"))


def test_a_refused_package_is_told_too(house: Intake, receiver: Receiver) -> None:
    """Also one that was cut before its facility was known: it is of the facility that its sender stood for."""
    called(receiver)
    receive(asker("facility_records_officer", "01000").actor, "cut.xml", [package(CLAIM)[:60]], "api")
    take_in_open_packages()
    deliver_due()
    told = json.loads(receiver.seen[-1][1])
    assert (told["state"], told["refusal"]["code"]) == ("refused", "HS3002")


def test_a_new_address_has_a_new_secret_and_the_old_one_is_called_no_more(house: Intake, receiver: Receiver) -> None:
    first = called(receiver)
    receiver.answers = [500]
    house.send(package(CLAIM))
    deliver_due()
    assert called(receiver) != first
    due_now()
    assert deliver_due() == 0
    end_target(operator("test"), ensure_facility("01000"))
    house.send(package(CLAIM.with_(MA_LK="SYN.9")))
    assert (deliver_due(), targets()) == (0, [])
    with pytest.raises(HosoError, match="HS3376"):
        end_target(operator("test"), ensure_facility("01000"))


def test_the_secret_is_kept_encrypted(house: Intake, receiver: Receiver) -> None:
    secret = called(receiver)
    ((kept,),) = rows("SELECT secret FROM notifying_target")
    assert kept.startswith("enc1:")
    assert secret not in kept
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        acting_transaction(operator("t").account_id, "administration"),
    ):
        connection.cursor().execute(
            "INSERT INTO notifying_target (facility_id, url, secret, set_by) VALUES (1, 'https://x', 'clear', %s)",
            [operator("t").account_id],
        )


@pytest.mark.parametrize(
    "url", ["ftp://a.vn/", "https://", "https://u:p@a.vn/", "https://a.vn/#x", "https://a.vn:99999/", "javascript:1", "https://a.vn/ x"]
)  # fmt: skip
def test_addresses_that_cannot_be_set(url: str, house: Intake) -> None:
    with pytest.raises(HosoError, match="HS3375"):
        set_target(operator("test"), ensure_facility("01000"), url)


def test_http_only_where_networks_of_the_house_may_be_called(intake: Intake) -> None:
    with pytest.raises(HosoError, match="HS3375"):
        set_target(operator("test"), ensure_facility("01000"), "http://a.vn/")


def test_only_an_administrator_sets(house: Intake, actor: Callable[..., Actor]) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        set_target(actor("intake_officer"), ensure_facility("01000"), "https://a.vn/")
