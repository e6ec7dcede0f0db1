"""The sender board against figures counted by hand."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from hoso.core.errors import HosoError
from hoso.core.messages.notices import unread_notices
from hoso.core.periods.calendar import add_working_days
from hoso.engines.intake.reminders import remind
from hoso.engines.intake.senders import Sender, senders
from tests.claim_packages import sample_3176
from tests.intaking import Asker, Intake, asker, one, sign_in

CLAIM = sample_3176()


def board(who: Asker, today: date | None = None) -> dict[str, Sender]:
    return {one.code: one for one in who.ask("package.read", lambda scope: senders(scope, today))}


def left_on(day: date, ma_lk: str) -> object:
    text = day.strftime("%Y%m%d")
    return CLAIM.with_(MA_LK=ma_lk, NGAY_VAO=f"{text}0800", NGAY_RA=f"{text}1600", NGAY_TTOAN=f"{text}1700")


def test_visits_findings_and_lateness_are_counted(intake: Intake) -> None:
    today = timezone.localdate()
    in_time, late = add_working_days(today, -7), add_working_days(today, -8)
    intake.file(left_on(in_time, "A"), left_on(late, "B"), CLAIM.with_(MA_LK="C", NGAY_VAO="x"))  # type: ignore[arg-type]
    (row,) = board(asker("intake_officer")).values()
    assert (row.code, row.visits, row.quarantined) == ("01000", 3, 1)
    assert row.findings == one("SELECT sum(findings) FROM intake_visit")
    assert row.dated == 3 and row.late == 2  # B, and C, whose day of leaving is of long ago
    assert row.weeks[-1] == pytest.approx(row.findings_per_hundred)
    assert row.weeks[:-1] == [None] * 11


def test_silence_is_counted_in_working_days(intake: Intake) -> None:
    intake.file(CLAIM)
    today = timezone.localdate()
    who = asker("intake_officer")
    for days, silent in ((0, False), (2, False), (3, True)):
        row = board(who, add_working_days(today, days) if days else today)["01000"]
        assert (row.silent_days, row.is_silent) == (days, silent)


def test_the_time_to_correct_is_a_median(intake: Intake) -> None:
    bad = CLAIM.with_(MA_LK="A", NGAY_VAO="x")
    intake.file(bad)
    assert board(asker("intake_officer"))["01000"].correction_hours is None
    intake.file(CLAIM.with_(MA_LK="A"), made_on="20250316")
    hours = board(asker("intake_officer"))["01000"].correction_hours
    assert hours is not None and 0 <= hours < 1


def test_a_hospital_sees_itself_alone(intake: Intake) -> None:
    intake.file(CLAIM)
    intake.file(CLAIM.with_(MA_LK="Z", MA_CSKCB="01999"), facility="01999")
    assert set(board(asker("intake_officer"))) == {"01000", "01999"}
    assert set(board(asker("facility_records_officer", "01999"))) == {"01999"}
    window = Client()
    window.force_login(sign_in("facility_records_officer", "01999"))
    page = window.get("/intake/senders/").content.decode()
    assert "01999" in page and "01000" not in page


def test_a_reminder_reaches_the_facilitys_officers_once_a_day(intake: Intake) -> None:
    intake.file(CLAIM)
    facility = one("SELECT id FROM places_facility WHERE code = '01000'")
    officer = asker("intake_officer").actor
    with pytest.raises(HosoError, match="HS3350"):
        remind(officer, facility)
    there = asker("facility_records_officer", "01000").actor
    asker("facility_records_officer", "01999")
    assert remind(officer, facility) == 1 == remind(officer, facility)
    assert [notice.link for notice in unread_notices(there)] == ["/intake/senders/"]
    with pytest.raises(HosoError, match="HS2001"):
        remind(there, facility)
