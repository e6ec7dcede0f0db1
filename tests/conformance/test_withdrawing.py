"""Withdrawing a wrongly sent visit: two persons, entered in error, told through the outbox, undone."""

import json

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.packages import process_package
from hoso.engines.intake.withdrawals import withdrawals
from hoso.engines.intake.withdrawing import ask_withdrawal, decide_withdrawal, undo_withdrawal
from tests.claim_packages import package, sample_3176
from tests.intaking import Intake, asker, last_package, one, person_of, rows

WHY = "gửi nhầm người bệnh"
CLAIM = sample_3176()


@pytest.fixture
def hospital() -> Actor:
    return asker("facility_records_officer", "01000").actor


@pytest.fixture
def officer() -> Actor:
    return asker("intake_officer").actor


def current() -> list[tuple[object, ...]]:
    return rows("SELECT type, id, body FROM records_resource WHERE NOT deleted AND encounter IS NOT NULL ORDER BY 1, 2")


def states() -> list[str]:
    return [row[0] for row in rows("SELECT state FROM intake_visit ORDER BY package_id, ordinal")]


def withdrawn(intake: Intake, hospital: Actor, officer: Actor) -> int:
    intake.file(CLAIM)
    number = ask_withdrawal(hospital, last_package(), 1, "wrong_patient", WHY)
    decide_withdrawal(officer, number, approve=True)
    return number


def test_asking_alone_changes_nothing(intake: Intake, hospital: Actor) -> None:
    intake.file(CLAIM)
    before = current()
    ask_withdrawal(hospital, last_package(), 1, "duplicate", WHY)
    assert (current(), states()) == (before, ["filed"])


def test_approved_it_is_entered_in_error_and_seen_nowhere(intake: Intake, hospital: Actor, officer: Actor) -> None:
    withdrawn(intake, hospital, officer)
    assert current() == [] and states() == ["withdrawn"]
    bodies = [
        json.loads(bytes(row[0])) for row in rows("SELECT body FROM records_resource WHERE encounter IS NOT NULL")
    ]
    assert len(bodies) > 10
    for body in bodies:
        code = body["verificationStatus"]["coding"][0]["code"] if "verificationStatus" in body else body["status"]
        assert code == "entered-in-error"
    assert one("SELECT count(*) FROM records_resource_version WHERE encounter IS NOT NULL") == len(bodies)
    person = person_of(CLAIM.ma_lk)
    assert asker("doctor", "01000").timeline(person).visits == ()
    assert (
        rows("SELECT 1 FROM records_token WHERE (type, id) IN (SELECT type, id FROM records_resource WHERE deleted)")
        == []
    )


def test_statistics_and_payment_are_told(intake: Intake, hospital: Actor, officer: Actor) -> None:
    number = withdrawn(intake, hospital, officer)
    assert one("SELECT payload->>'withdrawal' FROM changes_change WHERE topic = 'visit.withdrawn'") == str(number)
    undo_withdrawal(officer, number, "rút nhầm")
    assert one("SELECT count(*) FROM changes_change WHERE topic = 'visit.restored'") == 1


def test_the_account_still_balances(intake: Intake, hospital: Actor, officer: Actor) -> None:
    withdrawn(intake, hospital, officer)
    account = intake.file(CLAIM.with_(MA_LK="SYN.OTHER"))
    assert account.balances
    from hoso.engines.intake.accounts import account_of_packages

    whole = account_of_packages(intake_service("test"), [row[0] for row in rows("SELECT id FROM intake_package")])
    assert (whole.received, whole.filed, whole.withdrawn, whole.balances) == (2, 1, 1, True)


def test_nobody_approves_their_own(intake: Intake, officer: Actor) -> None:
    intake.file(CLAIM)
    number = ask_withdrawal(officer, last_package(), 1, "other", WHY)
    with pytest.raises(HosoError, match="HS3343"):
        decide_withdrawal(officer, number, approve=True)
    # Nor past the code: the database refuses it too.
    with (
        pytest.raises(IntegrityError),
        acting_transaction(officer.account_id, "record_keeping"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE intake_withdrawal SET decision = 'approved', decided_by = asked_by, decided_at = now() WHERE id = %s",
            [number],
        )


def test_nobody_decides_under_anothers_name_or_changes_what_was_asked(
    intake: Intake, hospital: Actor, officer: Actor
) -> None:
    intake.file(CLAIM)
    number = ask_withdrawal(hospital, last_package(), 1, "other", WHY)
    other = asker("intake_officer").actor
    for change in (
        f"decision = 'approved', decided_by = {other.account_id}, decided_at = now()",
        "reason = 'khác hẳn'",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), acting_transaction(officer.account_id, "record_keeping"), connection.cursor() as cursor:  # fmt: skip
            cursor.execute(f"UPDATE intake_withdrawal SET {change} WHERE id = {number}")


def test_undone_the_record_is_as_before(intake: Intake, hospital: Actor, officer: Actor) -> None:
    intake.file(CLAIM)
    before, tokens = current(), rows("SELECT hash, type, id FROM records_token ORDER BY 1, 2, 3")
    number = ask_withdrawal(hospital, last_package(), 1, "test_data", WHY)
    decide_withdrawal(officer, number, approve=True)
    undo_withdrawal(officer, number, "rút nhầm hồ sơ")
    assert current() == before and states() == ["filed"]
    assert rows("SELECT hash, type, id FROM records_token ORDER BY 1, 2, 3") == tokens
    with pytest.raises(HosoError, match="HS3342"):
        undo_withdrawal(officer, number, "rút nhầm hồ sơ")


def test_the_same_sending_again_does_not_undo_it_and_a_corrected_one_is_filed(intake: Intake, hospital: Actor, officer: Actor) -> None:  # fmt: skip
    withdrawn(intake, hospital, officer)
    assert intake.file(CLAIM).unchanged == 1
    assert current() == []
    assert intake.file(CLAIM.changed(4, 1, GIA_TRI="9"), made_on="20250320").corrected == 1
    assert current() != []


def test_sent_corrected_it_can_be_withdrawn_once_more(intake: Intake, hospital: Actor, officer: Actor) -> None:
    first = withdrawn(intake, hospital, officer)
    with pytest.raises(HosoError, match="HS3341"):
        ask_withdrawal(hospital, last_package(), 1, "other", WHY)
    intake.file(CLAIM.changed(4, 1, GIA_TRI="9"), made_on="20250320")
    assert states() == ["withdrawn", "corrected"] and not _in_force(first)
    before = current()
    with pytest.raises(HosoError, match="HS3342"):
        undo_withdrawal(officer, first, "rút nhầm")  # what it took out was replaced
    assert current() == before
    second = ask_withdrawal(hospital, last_package(), 1, "wrong_patient", WHY)
    with pytest.raises(HosoError, match="HS3341"):
        ask_withdrawal(hospital, last_package() - 1, 1, "other", WHY)
    decide_withdrawal(officer, second, approve=True)
    assert current() == [] and states() == ["withdrawn", "withdrawn"] and _in_force(second)
    assert intake.file(CLAIM).unchanged == 1  # the first content once more is a repeat, not a correction back
    undo_withdrawal(officer, second, "rút nhầm")
    assert current() == before and states()[:2] == ["withdrawn", "corrected"]


def _in_force(number: int) -> bool:
    found = asker("intake_officer").ask("package.read", withdrawals)
    return next(one.in_force for one in found if one.id == number)


def test_declined_it_stays_and_can_be_asked_again(intake: Intake, hospital: Actor, officer: Actor) -> None:
    intake.file(CLAIM)
    number = ask_withdrawal(hospital, last_package(), 1, "other", WHY)
    with pytest.raises(HosoError, match="HS3341"):
        ask_withdrawal(hospital, last_package(), 1, "other", WHY)
    decide_withdrawal(officer, number, approve=False)
    assert states() == ["filed"] and current()
    with pytest.raises(HosoError, match="HS3342"):
        decide_withdrawal(officer, number, approve=True)
    ask_withdrawal(hospital, last_package(), 1, "other", WHY)


@pytest.mark.parametrize(("kind", "reason"), [("other", "   "), ("other", "abc"), ("because", WHY)])
def test_a_reason_is_needed(kind: str, reason: str, intake: Intake, hospital: Actor) -> None:
    intake.file(CLAIM)
    with pytest.raises(HosoError, match="HS3340"):
        ask_withdrawal(hospital, last_package(), 1, kind, reason)


def test_who_may_not(intake: Intake, hospital: Actor) -> None:
    intake.file(CLAIM)
    number = ask_withdrawal(hospital, last_package(), 1, "other", WHY)
    with pytest.raises(HosoError, match="HS2001"):
        decide_withdrawal(hospital, number, approve=True)
    with pytest.raises(HosoError, match="HS2001"):
        ask_withdrawal(asker("doctor", "01000").actor, last_package(), 1, "other", WHY)
    with pytest.raises(HosoError, match="HS5001"):
        ask_withdrawal(asker("facility_records_officer", "01999").actor, last_package(), 1, "other", WHY)


def test_a_package_worked_through_again_brings_nothing_back(intake: Intake, hospital: Actor, officer: Actor) -> None:
    withdrawn(intake, hospital, officer)
    process_package(last_package(), intake_service("test"))
    assert current() == [] and package(CLAIM)
