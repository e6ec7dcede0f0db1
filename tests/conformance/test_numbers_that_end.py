"""A number given anew or taken back: both find the person, history keeps the day, and who comes with it later waits at the desk."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.credentials import issue_token
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake.conflicts import decide_conflict
from hoso.engines.intake.joining import part_persons
from hoso.engines.intake.numbers import NumberEnd, end_number, take_back_end
from tests.claim_packages import sample_3176
from tests.conformance.test_household_lists import MAI, csv_of, take
from tests.intaking import Intake, asker, one, person_of, rows, sign_in
from tests.joining import joined, officer

OLD, NEW, DAY = "079185000001", "079185000099", date(2025, 1, 1)
ALONE = {"MA_THE_BHYT": "", "MA_BN": "SYN-ALONE", "SO_CCCD": OLD}  # no number beside it that says who this is


def reissue(person: int, old: str = OLD, new: str = NEW, day: date = DAY, kind: str = "personal_number") -> Actor:
    desk = officer()
    end_number(desk, person, NumberEnd(kind, old, new, day, "cấp lại (mẫu)"))
    return desk


@pytest.fixture
def person(intake: Intake) -> int:
    intake.file(sample_3176().with_(SO_CCCD=OLD))
    return person_of(sample_3176().ma_lk)


def patient(person_id: int) -> list[dict[str, Any]]:
    body = one(
        "SELECT body FROM records_resource WHERE source_person_id = %s AND body LIKE %s::bytea",
        person_id,
        '%"Patient"%',
    )
    found = orjson.loads(bytes(body))["identifier"]
    return [each for each in found if str(each["system"]).endswith("so-dinh-danh-ca-nhan")]


def test_the_old_number_and_the_new_one_find_the_person_and_the_patient_tells_both(person: int) -> None:
    desk = reissue(person)
    doctor = asker("doctor", "01000")
    assert [hit.person_id for hit in doctor.search(OLD)] == [hit.person_id for hit in doctor.search(NEW)] == [person]
    told = {each["value"]: (each.get("use"), each.get("period")) for each in patient(person)}
    assert told == {OLD: ("old", {"end": "2025-01-01"}), NEW: (None, {"start": "2025-01-01"})}
    shown = doctor.person(person).identifiers
    numbers = {each.value: each for each in shown}
    assert shown[shown.index(numbers[NEW]) + 1] == numbers[OLD], "the old one stands beside its successor"
    assert numbers[OLD].is_old and not numbers[NEW].is_old and numbers[NEW].valid_from == DAY
    with acting_transaction(desk.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT action, person_id, object, reason FROM audit_event")
        assert cursor.fetchall() == [("update", person, "personal_number reissued", "cấp lại (mẫu)")]


def test_visits_under_either_number_stay_with_the_person(intake: Intake, person: int) -> None:
    reissue(person)
    intake.file(
        sample_3176().with_(MA_LK="SYN.2", **ALONE), sample_3176().with_(MA_LK="SYN.3", **{**ALONE, "SO_CCCD": NEW})
    )
    assert person_of("SYN.2") == person_of("SYN.3") == person
    assert one("SELECT count(*) FROM people_conflict") == 0


def test_who_is_given_the_number_later_is_reviewed_and_not_joined(intake: Intake, person: int) -> None:
    reissue(person)
    # One slip alone (here the sex) joins under a number that holds; under one that ended it does not.
    other = sample_3176().with_(
        MA_LK="SYN.2", GIOI_TINH="1" if sample_3176().summary["GIOI_TINH"] == "2" else "2", **ALONE
    )
    intake.file(other)
    newcomer = person_of("SYN.2")
    assert newcomer != person
    conflict = one("SELECT id FROM people_conflict WHERE person_id = %s AND other_person_id = %s", newcomer, person)
    decide_conflict(officer(), conflict, "different_person", "số được cấp cho người khác")
    bearers = rows("SELECT person_id, contested, valid_to FROM people_identifier WHERE value = %s ORDER BY valid_to NULLS LAST", OLD)  # fmt: skip
    assert bearers == [(person, False, DAY), (newcomer, False, None)]
    found = asker("intake_officer").search(OLD)
    assert {hit.person_id for hit in found} == {person, newcomer}
    intake.file(other.with_(MA_LK="SYN.3"))
    assert person_of("SYN.3") == newcomer and one("SELECT count(*) FROM people_conflict") == 1


def test_before_it_ended_the_number_speaks_as_any_other(intake: Intake, person: int) -> None:
    reissue(person, day=date.today())
    intake.file(sample_3176().with_(MA_LK="SYN.2", GIOI_TINH="3", **ALONE))
    assert person_of("SYN.2") == person


def test_a_number_is_taken_back_and_holds_again_where_that_was_a_mistake(person: int) -> None:
    reissue(person, new="")
    assert [each.get("use") for each in patient(person)] == ["old"]
    with pytest.raises(HosoError, match="HS6232"):
        reissue(person, new="")  # it has ended
    take_back_end(officer(), person, "personal_number", OLD, "ghi nhầm")
    assert patient(person)[0].keys() == {"system", "value"}
    with pytest.raises(HosoError, match="HS6232"):
        take_back_end(officer(), person, "personal_number", OLD, "lần nữa")


def test_what_a_newcomer_bears_by_now_is_not_taken_back(intake: Intake, person: int) -> None:
    reissue(person)
    intake.file(sample_3176().with_(MA_LK="SYN.2", HO_TEN="LÊ THỊ KHÁC", **ALONE))
    decide_conflict(officer(), one("SELECT id FROM people_conflict"), "different_person", "hai người")
    with pytest.raises(HosoError, match="HS6234"):
        take_back_end(officer(), person, "personal_number", OLD, "ghi nhầm")
    with pytest.raises(HosoError, match="HS6234"):
        reissue(person, old=NEW, new=OLD)
    assert one("SELECT count(*) FROM people_identifier WHERE value = %s", OLD) == 2


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (NumberEnd("personal_number", "079185009999", NEW, DAY, "x"), "HS6232"), (NumberEnd("personal_number", OLD, "12", DAY, "x"), "HS6233"),
        (NumberEnd("personal_number", OLD, OLD, DAY, "x"), "HS6233"), (NumberEnd("hoso_number", OLD, "", DAY, "x"), "HS6232"),
        (NumberEnd("personal_number", OLD, NEW, date.today() + timedelta(days=2), "x"), "HS6235"),
        (NumberEnd("personal_number", OLD, NEW, DAY, " "), "HS4010"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_down_is_said_and_changes_nothing(person: int, end: NumberEnd, code: str) -> None:
    before = rows("SELECT * FROM people_identifier ORDER BY 1, 2, 3, 4")
    with pytest.raises(HosoError, match=code):
        end_number(officer(), person, end)
    assert rows("SELECT * FROM people_identifier ORDER BY 1, 2, 3, 4") == before


def test_a_new_number_of_somebody_else_is_refused(intake: Intake, person: int) -> None:
    intake.file(
        sample_3176().with_(MA_LK="SYN.2", HO_TEN="LÊ THỊ KHÁC", MA_THE_BHYT="", MA_BN="SYN-OTHER", SO_CCCD=NEW)
    )
    with pytest.raises(HosoError, match="HS6234"):
        reissue(person)
    assert one("SELECT valid_to FROM people_identifier WHERE value = %s", OLD) is None


def test_history_stays_with_its_side_when_persons_are_joined_and_parted(intake: Intake, person: int) -> None:
    intake.file(
        sample_3176().with_(
            MA_LK="SYN.2", HO_TEN="LÊ THỊ KHÁC", MA_THE_BHYT="", MA_BN="SYN-OTHER", SO_CCCD="079185000055"
        )
    )
    other = person_of("SYN.2")
    reissue(person)
    before = patient(person)
    join = joined(person, other)
    assert {each["value"]: each.get("use") for each in patient(other)} == {OLD: "old", NEW: None, "079185000055": None}
    part_persons(officer(), join, "nhầm")
    assert patient(person) == before and {each["value"] for each in patient(other)} == {"079185000055"}


def test_nobody_out_of_reach_and_no_role_without_the_permission(person: int) -> None:
    far = sign_in("doctor")
    client = Client(headers={"authorization": f"Bearer {issue_token(far, 'test', 1)}"})
    form = {"number": f"personal_number|{OLD}", "new": NEW, "day": "2025-01-01", "reason": "x"}
    assert client.post(f"/intake/people/{person}/numbers/end/", form).status_code == 403
    near = Client(headers={"authorization": f"Bearer {issue_token(sign_in('intake_officer'), 'test', 1)}"})
    page = near.get(f"/intake/people/{person}/").content.decode()
    assert f"personal_number|{OLD}" in page
    assert near.post(f"/intake/people/{person}/numbers/end/", form).status_code == 302
    page = near.get(f"/intake/people/{person}/").content.decode()
    assert "cũ, đến" in page and f'value="personal_number|{NEW}"' in page
    back = {"number": f"personal_number|{OLD}", "reason": "ghi nhầm"}
    assert near.post(f"/intake/people/{person}/numbers/back/", back).status_code == 302


FOREIGNER = {**MAI, "personal_id": "", "person": "7", "name": "JOHN SMITH", "sex": "nam", "passport": "B1234567", "nationality": "840"}  # fmt: skip


def test_a_foreigner_of_a_list_is_found_by_passport_and_known_again_by_a_visit(intake: Intake) -> None:
    assert take(csv_of(FOREIGNER)).created == 1
    (hit,) = asker("intake_officer").search("b1234567")
    visit = sample_3176().with_(HO_TEN="SMITH JOHN", GIOI_TINH="1", NGAY_SINH="198503120000", MA_THE_BHYT="", MA_BN="SYN-OTHER", SO_CCCD="B1234567", MA_QUOCTICH="840")  # fmt: skip
    intake.file(visit)
    assert person_of(visit.ma_lk) == hit.person_id
    other = visit.with_(MA_LK="SYN.2", MA_QUOCTICH="276")
    intake.file(other)  # the same number of another state
    assert person_of("SYN.2") != hit.person_id
    assert "nationality" in str(one("SELECT differences FROM people_conflict"))


def test_a_passport_is_renewed_and_both_find_the_foreigner(intake: Intake) -> None:
    take(csv_of(FOREIGNER))
    person = int(one("SELECT person_id FROM people_person"))
    reissue(person, old="B1234567", new="C7654321", kind="passport")
    officer_ = asker("intake_officer")
    assert [hit.person_id for hit in officer_.search("B1234567") + officer_.search("C7654321")] == [person, person]
