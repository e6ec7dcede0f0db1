"""What happens to a code: right, wrong, late, again, by somebody else. Every refusal leaves an audit event."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from hoso.core.access.consent import queries as consents
from hoso.core.access.consent.proof import faults
from hoso.core.access.sharing import actions, offers
from hoso.core.access.sharing.rules import sharing_rules
from hoso.core.access.sharing.tests.clinic import PHONE, Clinic, last_code, refused, subject, wrong
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.messages.simulated_sms import last_messages


def events(clinic: Clinic, share_id: UUID) -> list[tuple[str, str, str]]:
    """(action, outcome, reason) of the share's events, oldest first, as those who acted see them."""
    found: list[tuple[int, str, str, str]] = []
    for who in (clinic.doctor, clinic.colleague, clinic.desk, clinic.stranger):
        with acting_transaction(who.account_id, offers.PURPOSE), connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, action, outcome, reason FROM audit_event WHERE object = %s AND actor_id = %s",
                [f"Share/{share_id}", who.account_id],
            )
            found += cursor.fetchall()
    return [row[1:] for row in sorted(found)]


def granted(clinic: Clinic) -> list[int]:
    """Whom the doctor may read by a grant now."""
    with acting_transaction(clinic.doctor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT access_granted_persons()")
        return list(cursor.fetchone()[0])


def test_the_right_code_writes_the_consent_and_opens_the_record(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.doctor, clinic.offer())
    assert granted(clinic) == []
    opened = actions.verify(clinic.doctor, share_id, last_code())
    assert (opened.state, opened.attempts) == ("active", 1)
    assert opened.ends_at is not None and opened.verified_at is not None
    assert opened.ends_at - opened.verified_at <= timedelta(hours=24)
    assert granted(clinic) == [7001]
    with acting_transaction(clinic.doctor.account_id, offers.PURPOSE):
        assert opened.consent_id is not None
        consent = consents.consent(opened.consent_id)
        labels = _one("SELECT labels FROM access_grant WHERE id = %s", opened.grant_id)
    assert consent is not None and faults(consent) == []
    assert (consent.channel, consent.valid_until, labels) == ("sms_code", opened.ends_at, 0)
    assert clinic.doctor.name in consent.wording and "TD-1" in consent.wording
    shut = json.loads(consent.fhir)["provision"]["provision"][0]
    assert shut["type"] == "deny" and len(shut["securityLabel"]) == 13


def test_the_message_names_who_where_and_what_and_the_code_is_kept_nowhere(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    message = last_messages(1)[0]
    assert message.to == "+84901234567"
    assert clinic.doctor.name in message.text and "BV Mẫu" in message.text and "trừ nội dung nhạy cảm" in message.text
    with acting_transaction(clinic.desk.account_id, offers.PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(s)::text FROM sharing_share s WHERE id = %s", [share_id])
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT sent_to || text FROM messages_simulated_sms")
        kept += cursor.fetchone()[0]
    assert last_code() not in kept and PHONE[1:] not in kept


def test_five_wrong_tries_end_the_code_and_the_right_one_comes_too_late(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.doctor, clinic.offer())
    code = last_code()
    for left in (4, 3, 2, 1):
        with pytest.raises(HosoError) as caught:
            actions.verify(clinic.doctor, share_id, wrong(code, left))
        assert (caught.value.code, caught.value.params) == ("HS2302", {"left": left})
    with refused("HS2305"):
        actions.verify(clinic.doctor, share_id, wrong(code, 7))
    with refused("HS2305"):
        actions.verify(clinic.doctor, share_id, code)
    assert granted(clinic) == []
    assert [event[2] for event in events(clinic, share_id)] == [
        "offered by sms", "HS2302", "HS2302", "HS2302", "HS2302", "HS2305", "HS2305",
    ]  # fmt: skip
    with refused("HS2306"):  # and the next code must wait
        offers.offer(clinic.doctor, clinic.offer())


def test_a_code_works_once(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.doctor, clinic.offer())
    actions.verify(clinic.doctor, share_id, last_code())
    with refused("HS2303"):
        actions.verify(clinic.doctor, share_id, last_code())
    actions.revoke(clinic.doctor, share_id)
    with refused("HS2301"):
        actions.verify(clinic.doctor, share_id, last_code())
    assert granted(clinic) == []


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_another_doctor_has_no_use_for_it(who: str, clinic: Clinic) -> None:
    share_id = offers.offer(clinic.doctor, clinic.offer())
    with refused("HS2300"):
        actions.verify(getattr(clinic, who), share_id, last_code())
    assert ("refuse", "refused", "HS2300") in events(clinic, share_id)
    assert clinic.share(share_id).attempts == 0
    actions.verify(clinic.doctor, share_id, last_code())


def test_the_code_of_one_person_opens_no_other(clinic: Clinic) -> None:
    other = offers.offer(clinic.doctor, clinic.offer(subject=subject(7002)))
    mine = offers.offer(clinic.doctor, clinic.offer())
    with refused("HS2302"):
        actions.verify(clinic.doctor, other, last_code())
    assert ("refuse", "refused", "HS2302") in events(clinic, other)
    actions.verify(clinic.doctor, mine, last_code())
    assert granted(clinic) == [7001]


def test_a_share_nobody_made_is_refused_and_logged(clinic: Clinic) -> None:
    unknown = uuid4()
    with refused("HS2300"):
        actions.verify(clinic.doctor, unknown, "123456")
    assert events(clinic, unknown) == [("refuse", "refused", "HS2300")]


@pytest.mark.parametrize(("late", "right"), [(-1, True), (0, False), (1, False)])
def test_the_edge_of_the_clock(late: int, right: bool, clinic: Clinic) -> None:
    """To the microsecond: the last moment before the end works, the end itself does not."""
    share_id = offers.offer(clinic.doctor, clinic.offer())
    ends = clinic.share(share_id).code_ends_at
    with time_machine.travel(ends + timedelta(microseconds=late), tick=False):
        if right:
            assert actions.verify(clinic.doctor, share_id, last_code()).state == "active"
        else:
            with refused("HS2304"):
                actions.verify(clinic.doctor, share_id, last_code())
            assert clinic.share(share_id).state == "expired"


def test_a_message_that_comes_late_brings_a_code_that_has_run_out(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.doctor, clinic.offer())
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        with refused("HS2304"):
            actions.verify(clinic.doctor, share_id, last_code())
        with refused("HS2301"):  # nor does it come back when the clock is set back
            actions.verify(clinic.doctor, share_id, last_code())
    with refused("HS2301"):
        actions.verify(clinic.doctor, share_id, last_code())


def test_a_new_code_ends_the_one_before(clinic: Clinic) -> None:
    """Two tabs: each asks for a code; only the newer one opens anything, and only in its own tab."""
    first = offers.offer(clinic.doctor, clinic.offer())
    old = last_code()
    second = offers.offer(clinic.doctor, clinic.offer())
    new = last_code()
    for code in (old, new):
        with refused("HS2301"):
            actions.verify(clinic.doctor, first, code)
    assert actions.verify(clinic.doctor, second, new).state == "active"


def test_offers_to_one_person_are_counted_whoever_makes_them(clinic: Clinic) -> None:
    limit = sharing_rules().offers_to_a_person_a_day
    for number in range(limit):
        who = (clinic.doctor, clinic.desk)[number % 2]
        offers.offer(who, clinic.offer())
    for who in (clinic.doctor, clinic.desk):
        with refused("HS2306"):
            offers.offer(who, clinic.offer())
    offers.offer(clinic.doctor, clinic.offer(subject=subject(7009)))
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        offers.offer(clinic.doctor, clinic.offer())


def test_who_may_offer(clinic: Clinic) -> None:
    with refused("HS2001"):  # a doctor asks for themselves only
        offers.offer(clinic.colleague, clinic.offer())
    with refused("HS2314"):  # nor does the desk name somebody who does not treat here
        offers.offer(clinic.desk, clinic.offer(practitioner=offers.Practitioner(clinic.stranger.account_id, "x")))
    with refused("HS2314"):
        offers.offer(clinic.desk, clinic.offer(practitioner=offers.Practitioner(clinic.desk.account_id, "x")))
    with refused("HS2331"):
        offers.offer(clinic.doctor, clinic.offer(encounter=" "))
    with refused("HS2308"):
        offers.offer(clinic.doctor, clinic.offer(phone=""))


def test_a_message_that_does_not_leave_is_told_at_once(clinic: Clinic, settings: object) -> None:
    settings.SMS_GATEWAY = ""  # type: ignore[attr-defined]
    with refused("HS2309"):
        offers.offer(clinic.doctor, clinic.offer())
    assert last_messages() == []


def test_revoking_takes_one_step_and_shuts_the_next_read(clinic: Clinic) -> None:
    share_id = offers.offer(clinic.desk, clinic.offer())
    actions.verify(clinic.desk, share_id, last_code())
    assert granted(clinic) == [7001]
    actions.revoke(clinic.desk, share_id)
    assert granted(clinic) == []
    ended = clinic.share(share_id)
    assert (ended.state, ended.close_reason) == ("revoked", "consent_withdrawn")
    with refused("HS2301"):
        actions.revoke(clinic.desk, share_id)


def test_what_has_run_out_is_marked(clinic: Clinic) -> None:
    open_code = offers.offer(clinic.doctor, clinic.offer())
    active = offers.offer(clinic.doctor, clinic.offer(subject=subject(7003)))
    actions.verify(clinic.doctor, active, last_code())
    assert actions.expire_due() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert actions.expire_due() == 2
    assert {clinic.share(one).close_reason for one in (open_code, active)} == {"code_ran_out", "visit_over"}


def _one(statement: str, *values: int | None) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
