"""A restriction hides a person from every read for its purpose, and from no other; an emergency passes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Subject
from hoso.core.access.grants import NewGrant, open_grant
from hoso.core.access.rights import actions, queries
from hoso.core.access.rights.tests.conftest import new_request
from hoso.core.database.session import acting_transaction
from tests.claim_packages import sample_3176
from tests.intaking import Asker, Intake, asker, person_of, rows, sign_in, undone


@dataclass(frozen=True)
class Loaded:
    person: int
    other: int
    doctor: Asker
    officer: Actor


@pytest.fixture(scope="module")
def loaded(filled: Callable[[], Intake]) -> Iterator[Loaded]:
    claim = sample_3176()
    other = claim.with_(
        MA_LK="SYN.OTHER", MA_BN="SYN-O", SO_CCCD="001180000009", MA_THE_BHYT="GD4010000000099", HO_TEN="LÊ VĂN RIÊNG",
        GIOI_TINH="1", NGAY_SINH="198001010000", DIEN_THOAI="0900000123",
    )  # fmt: skip
    filled().file(claim, other)
    account = sign_in("privacy_officer")
    yield Loaded(
        person_of(claim.ma_lk),
        person_of("SYN.OTHER"),
        asker("doctor", "01000"),
        Actor(account.pk, account.username, "test"),
    )


def _restrict(loaded: Loaded, *purposes: str) -> int:
    birth = BirthSpan.of(timezone.localdate(), 1)
    subject = Subject(loaded.person, loaded.person, "x", 0, birth)
    request_id = actions.receive(loaded.officer, new_request("restrict", subject=subject, purposes=purposes))
    actions.reply(loaded.officer, request_id)
    actions.carry_out(loaded.officer, request_id)
    with acting_transaction(loaded.officer.account_id, actions.PURPOSE):
        return queries.restrictions(loaded.person)[0].id


def _seen(loaded: Loaded) -> tuple[bool, list[str], int]:
    return (
        loaded.doctor.person(loaded.person) is not None,
        loaded.doctor.names("tran thi mau"),
        len(loaded.doctor.timeline(loaded.person).visits),
    )


def test_it_hides_the_person_from_the_restricted_purpose_and_lifting_shows_them_again(loaded: Loaded) -> None:
    with undone():
        before = _seen(loaded)
        assert before == (True, ["TRẦN THỊ MẪU"], 1)
        restriction = _restrict(loaded, "treatment")
        assert _seen(loaded) == (False, [], 0)
        assert loaded.doctor.person(loaded.other) is not None
        assert asker("intake_officer").ask("person.search", lambda scope: _count(scope, loaded.person)) == 1
        actions.lift(loaded.officer, restriction, "Người dân đề nghị")
        assert _seen(loaded) == before


def test_another_purpose_stays_open(loaded: Loaded) -> None:
    with undone():
        _restrict(loaded, "research", "reminders")
        assert _seen(loaded)[0]


def test_every_table_with_the_person_is_shut(loaded: Loaded) -> None:
    tables = [row[0] for row in rows("SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'person_scope'")]
    assert len(tables) >= 8
    with undone():
        shown = {table: _held(loaded, table) for table in tables}
        assert sum(count > 0 for count in shown.values()) >= 5
        _restrict(loaded, "treatment")
        assert {table: _held(loaded, table) for table in tables} == dict.fromkeys(tables, 0)


def test_who_breaks_the_glass_sees_the_person(loaded: Loaded) -> None:
    with undone():
        _restrict(loaded, "treatment")
        with acting_transaction(loaded.doctor.actor.account_id, "treatment"):
            open_grant(
                loaded.doctor.actor,
                NewGrant(
                    person_id=loaded.person, kind="break_glass", purpose="treatment", permissions=("record.read",),
                    account_id=loaded.doctor.actor.account_id, ends_at=timezone.now() + timedelta(hours=1),
                    reason_code="unconscious", reason="Người bệnh hôn mê, không có người nhà",
                ),
            )  # fmt: skip
        assert _seen(loaded)[0]
        assert asker("doctor", "01000").person(loaded.person) is None  # a colleague does not


def _count(scope: object, person_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person WHERE person_id = %s", [person_id])
        return int(cursor.fetchone()[0])


def _held(loaded: Loaded, table: str) -> int:
    with acting_transaction(loaded.doctor.actor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE person_id = %s", [loaded.person])
        return int(cursor.fetchone()[0])
