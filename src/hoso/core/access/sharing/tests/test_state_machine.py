"""Any sequence of steps, against a dictionary that says what must be true (hypothesis draws the sequences)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from hoso.core.access.sharing import actions, offers
from hoso.core.access.sharing.tests.clinic import Clinic, last_code, make_clinic, subject, wrong
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError

START = datetime.fromisoformat("2026-11-26T08:00:00+07:00")
CODE, ACCESS, PAUSE = timedelta(minutes=5), timedelta(hours=24), timedelta(minutes=60)
TRIES, A_DAY = 5, 10
PERSONS = st.sampled_from([7101, 7102])


class Sharing(RuleBasedStateMachine):
    """One doctor, two persons. The model: the newest share of each person, as a dictionary."""

    make: ClassVar[Callable[..., Account]]

    @initialize()
    def begin(self) -> None:
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.clinic: Clinic = make_clinic(type(self).make)
        self.model: dict[int, dict[str, Any]] = {}
        self.offered: dict[int, list[datetime]] = {7101: [], 7102: []}
        self.exhausted: dict[int, datetime] = {}
        self.at = START

    @rule(person=PERSONS)
    def offer(self, person: int) -> None:
        lately = [moment for moment in self.offered[person] if moment > self.at - timedelta(days=1)]
        paused = person in self.exhausted and self.exhausted[person] + PAUSE > self.at
        expected = "HS2306" if paused or len(lately) >= A_DAY else ""
        made = self.clinic.offer(subject=subject(person))
        share_id = self._do(expected, lambda: offers.offer(self.clinic.doctor, made))
        if share_id is not None:
            self.offered[person].append(self.at)
            self.model[person] = {
                "id": share_id, "code": last_code(), "state": "offered", "tries": 0, "ends": self.at + CODE, "why": "",
            }  # fmt: skip

    @precondition(lambda self: self.model)
    @rule(person=PERSONS, by=st.integers(0, 3))
    def guess(self, person: int, by: int) -> None:
        """`by` 0 is the right code."""
        share = self.model.get(person)
        if share is None:
            return
        expected, after = self._judged(share, by == 0)
        code = share["code"] if by == 0 else wrong(share["code"], by)
        self._do(expected, lambda: actions.verify(self.clinic.doctor, share["id"], code))
        share.update(after)
        if after.get("why") == "too_many_tries":
            self.exhausted[person] = self.at

    def _judged(self, share: dict[str, Any], right: bool) -> tuple[str, dict[str, Any]]:
        if share["state"] == "active":
            return "HS2303", {}
        if share["state"] == "ended":
            return ("HS2305" if share["why"] == "too_many_tries" else "HS2301"), {}
        if self.at >= share["ends"]:
            return "HS2304", {"state": "ended", "why": "late"}
        tries = share["tries"] + 1
        if right:
            return "", {"state": "active", "tries": tries, "ends": self.at + ACCESS}
        if tries == TRIES:
            return "HS2305", {"state": "ended", "tries": tries, "why": "too_many_tries"}
        return "HS2302", {"tries": tries}

    @precondition(lambda self: self.model)
    @rule(person=PERSONS)
    def revoke(self, person: int) -> None:
        share = self.model.get(person)
        if share is not None:
            self._do(
                "HS2301" if share["state"] == "ended" else "", lambda: actions.revoke(self.clinic.doctor, share["id"])
            )
            share.update({"state": "ended", "why": share["why"] or "revoked"})

    @rule()
    def mark(self) -> None:
        actions.expire_due()
        for share in self.model.values():
            if share["state"] != "ended" and self.at >= share["ends"]:
                share.update({"state": "ended", "why": "late"})

    @rule(minutes=st.sampled_from([1, 4, 5, 59, 60, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        self.now.move_to(self.at)

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        try:
            for share in self.model.values():
                found = self.clinic.share(share["id"])
                assert {"expired": "ended", "revoked": "ended"}.get(found.state, found.state) == share["state"]
                assert found.attempts == share["tries"] <= TRIES
                assert (found.consent_id is not None) == (found.verified_at is not None)
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def _do(self, expected: str, act: Callable[[], Any]) -> UUID | None:
        try:
            given = act()
        except HosoError as error:
            assert error.code == expected
            return None
        assert expected == ""
        return given if isinstance(given, UUID) else None


def test_any_sequence_of_steps(clinic: Clinic, account_with_role: Callable[..., Account]) -> None:
    Sharing.make = staticmethod(account_with_role)
    run_state_machine_as_test(
        Sharing,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
