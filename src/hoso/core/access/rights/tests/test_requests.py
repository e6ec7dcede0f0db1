"""A request from receipt to its end: reply first, one extension with a reason, refusals with theirs, nothing undone."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.consent.models import Behalf
from hoso.core.access.rights import actions, queries
from hoso.core.access.rights.actions import PURPOSE
from hoso.core.access.rights.models import Request
from hoso.core.access.rights.tests.conftest import PERSON, new_request
from hoso.core.access.sharing.tests.clinic import refused
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction


def found(officer: Actor, request_id: int) -> Request:
    with acting_transaction(officer.account_id, PURPOSE):
        request = queries.request(request_id)
    assert request is not None
    return request


def test_the_clocks_start_on_receipt(officer: Actor) -> None:
    with time_machine.travel("2026-11-26T16:59:00+07:00", tick=False):
        request = found(officer, actions.receive(officer, new_request("see")))
    assert (request.reply_due, request.due) == (date(2026, 11, 30), date(2026, 12, 7))
    assert request.next_day == request.reply_due
    assert not request.overdue(date(2026, 11, 30))
    assert request.overdue(date(2026, 12, 1))


def test_around_tet_the_reply_is_due_with_the_request_at_the_latest(officer: Actor) -> None:
    with time_machine.travel("2026-02-13T09:00:00+07:00", tick=False):
        request = found(officer, actions.receive(officer, new_request("see")))
    assert (request.reply_due, request.due) == (date(2026, 2, 23), date(2026, 2, 23))


def test_reply_then_carry_out(officer: Actor) -> None:
    request_id = actions.receive(officer, new_request())
    with refused("HS2327"):
        actions.carry_out(officer, request_id)
    actions.reply(officer, request_id)
    assert found(officer, request_id).next_day == found(officer, request_id).due
    actions.carry_out(officer, request_id, "Đã giao bản sao")
    for step in (actions.reply, actions.carry_out):
        with refused("HS2323"):
            step(officer, request_id)
    with acting_transaction(officer.account_id, PURPOSE):
        assert [event.act for event in queries.history(request_id)] == ["received", "replied", "done"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT action FROM audit_event WHERE object = %s ORDER BY id", [f"Request/{request_id}"])
            assert [row[0] for row in cursor.fetchall()] == ["create", "update", "update"]


@pytest.mark.parametrize("kind", ["withdraw", "see", "delete", "protect"])
def test_one_extension_with_a_reason_and_no_second(kind: str, officer: Actor) -> None:
    request_id = actions.receive(officer, new_request(kind))
    most = found(officer, request_id).rule.extension
    with refused("HS2321"):
        actions.extend(officer, request_id, 1, "  ")
    for days in (0, most + 1):
        with refused("HS2322"):
            actions.extend(officer, request_id, days, "Phải hỏi nhiều cơ sở")
    actions.extend(officer, request_id, most, "Phải hỏi nhiều cơ sở")
    extended = found(officer, request_id)
    assert extended.extended_due is not None and extended.extended_due > extended.due
    with refused("HS2322"):
        actions.extend(officer, request_id, 1, "Thêm nữa")


def test_what_is_due_first_leads(officer: Actor) -> None:
    with time_machine.travel("2026-11-02T09:00:00+07:00", tick=False):
        old = actions.receive(officer, new_request("delete"))
        actions.reply(officer, old)  # due on 23 November
        fresh = actions.receive(officer, new_request("see"))  # reply due on 4 November
    with acting_transaction(officer.account_id, PURPOSE):
        assert [request.id for request in queries.open_requests()] == [fresh, old]


def test_a_deletion_is_refused_while_the_law_keeps_the_record(officer: Actor) -> None:
    _visited(date(2025, 3, 15))
    request_id = actions.receive(officer, new_request("delete"))
    assert found(officer, request_id).retained_until == date(2035, 3, 15)
    actions.reply(officer, request_id)
    with refused("HS2324"):
        actions.carry_out(officer, request_id)
    _refused_by_the_database(officer, request_id, "state = 'done', decided_at = now(), decided_by = 1")
    with refused("HS2325"):
        actions.refuse(officer, request_id, "")
    actions.refuse(officer, request_id, "Hồ sơ bệnh án còn trong thời hạn lưu trữ")
    offered = actions.receive(officer, new_request("restrict", purposes=("research",), follows=request_id))
    assert found(officer, offered).follows == request_id


def test_a_deletion_may_be_done_when_nothing_keeps_it(officer: Actor) -> None:
    request_id = actions.receive(officer, new_request("delete"))
    assert found(officer, request_id).retained_until is None
    actions.reply(officer, request_id)
    actions.carry_out(officer, request_id)


@pytest.mark.parametrize(
    ("behalf", "copy"),
    [(Behalf(), "full"), (Behalf("Trần Văn Cha", "parent"), "full"), (Behalf("Lê Văn Chồng", "spouse"), "summary")],
)
def test_which_copy_who_may_get(behalf: Behalf, copy: str, officer: Actor) -> None:
    """Luật KCB 15/2023 Đ69.4d and 69.4đ: two kinds of representatives, two copies."""
    assert found(officer, actions.receive(officer, new_request("provide", behalf=behalf))).copy == copy


def test_what_does_not_fit_is_refused(officer: Actor) -> None:
    for wrong in (
        new_request("restrict"),
        new_request("see", purposes=("research",)),
        new_request("restrict", purposes=("record_keeping",)),
    ):
        with refused("HS2326"):
            actions.receive(officer, wrong)
    with refused("HS2325"):
        actions.receive(officer, new_request(details=" "))
    with refused("HS2312"):
        actions.receive(officer, new_request(behalf=Behalf("X", "neighbour")))
    with refused("HS2320"):
        actions.reply(officer, 999_999)


def test_nobody_else_handles_requests(officer: Actor, account_with_role: Callable[..., Account]) -> None:
    request_id = actions.receive(officer, new_request())
    for role in ("doctor", "administrator", "overseer", "receptionist"):
        other = account_with_role(role)
        with refused("HS2001"):
            actions.reply(Actor(other.pk, "x", "test"), request_id)
        with acting_transaction(other.pk, PURPOSE):
            assert queries.open_requests() == []


@pytest.mark.parametrize(
    "change",
    [
        "due = due + 1", "received_at = now()", "kind = 'see'", "extension_reason = 'x'", "state = 'refused', decided_at = now(), decided_by = 1",
        "state = 'done', decided_at = now(), decided_by = 1",  # without a reply
    ],
)  # fmt: skip
def test_the_database_keeps_the_file_straight(change: str, officer: Actor) -> None:
    request_id = actions.receive(officer, new_request("withdraw"))
    _refused_by_the_database(officer, request_id, change)


def _refused_by_the_database(officer: Actor, request_id: int, change: str) -> None:
    with (
        acting_transaction(officer.account_id, PURPOSE),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        cursor.execute(f"UPDATE rights_request SET {change} WHERE id = %s", [request_id])


def _visited(day: date) -> None:
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_care_relation VALUES (%s, %s, 1, 'visit', %s, %s, 1)", [PERSON, PERSON, day, day]
        )
