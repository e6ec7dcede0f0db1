"""Administrative details over time: any order of the same deliveries gives the same history, facts and Patient."""

from itertools import permutations
from random import Random
from typing import Any

import pytest

from hoso.core.access.actor import Actor
from hoso.engines.intake.conflicts import decide_conflict
from hoso.engines.intake.withdrawing import ask_withdrawal, decide_withdrawal, undo_withdrawal
from hoso.engines.people.detail_history import DetailHistory, detail_histories
from tests.claim_packages import Claim, package, sample_3176
from tests.intaking import Asker, Intake, asker, forget, last_package, one, person_of, resources, rows, undone

WHY = "gửi nhầm người bệnh"


def mai(ma_lk: str, day: str, **values: str) -> Claim:
    given = {
        "MA_LK": ma_lk, "HO_TEN": "NGUYỄN THỊ MAI", "SO_CCCD": "079185000001", "MA_THE_BHYT": "DN4790123456789",
        "MA_BN": "SYN-MAI", "NGAY_SINH": "198503120000", "GIOI_TINH": "2", "DIEN_THOAI": "0900000111",
        "NGAY_VAO": f"{day}0800", "NGAY_RA": f"{day}0900", "MA_LOAI_KCB": "01",
    }  # fmt: skip
    return sample_3176().with_(**{**given, **values})


def histories(person: int, who: Asker | None = None) -> dict[str, DetailHistory]:
    who = who or asker("doctor", "01000")
    found = who.ask("record.read", lambda scope: detail_histories(scope, person), person)
    return {history.kind.key: history for history in found}


def values(person: int, key: str) -> list[tuple[Any, bool]]:
    return [(saying.value, saying.held) for saying in histories(person)[key].sayings]


DELIVERIES = [
    (mai("A", "20250301", DIEN_THOAI="1", DIA_CHI="phố cũ"), "20250302"),
    (mai("A", "20250301", DIEN_THOAI="2", DIA_CHI="phố cũ"), "20250303"),  # a correction
    (mai("B", "20250310", DIA_CHI="phố mới", MA_LOAI_KCB="03", MA_NGHE_NGHIEP="11"), "20250311"),
    (mai("C", "20250320", DIA_CHI="phố cũ", DIEN_THOAI="", NGAY_SINH="198500000000"), "20250321"),
    (mai("D", "20250601", DIEN_THOAI="4", MA_THE_BHYT="DN4790123456789;HT3790123456789", MA_DKBD="01000;79001"), "20250602"),
    (mai("E", "20250615", HO_TEN="NGUYỄN THỊ MAY", MA_CSKCB="01999"), "20250616"),
]  # fmt: skip
STORE = (
    """SELECT s.person_id, s.encounter, s.said_at, s.source, s.details::text, s.withdrawn, s.sensitivity, f.code
    FROM people_statement s JOIN places_facility f ON f.id = s.facility_id ORDER BY 2""",
    "SELECT person_id, name, birth_date, birth_precision, sex, phone, address, place_id, as_of FROM people_person ORDER BY 1",
    "SELECT hash, person_id FROM people_token ORDER BY 1",
    "SELECT id, body FROM records_resource WHERE type = 103 ORDER BY 1",
)


def _store() -> list[Any]:
    return [rows(question) for question in STORE]


def test_any_order_of_the_same_deliveries_gives_the_same(intake: Intake) -> None:
    stores = []
    for number in range(10):
        order = Random(number).sample(DELIVERIES * 2, 2 * len(DELIVERIES)) if number else DELIVERIES
        with undone():
            forget()
            for claim, made_on in order:
                intake.file(claim, made_on=made_on, facility=claim.summary["MA_CSKCB"])
            person = person_of("A")
            stores.append((_store(), [(key, one.sayings) for key, one in histories(person).items()]))
    assert len(stores[0][0][0]) == 5
    assert all(store == stores[0] for store in stores[1:])


def test_which_holds_since_when_and_from_where(intake: Intake) -> None:
    for claim, made_on in DELIVERIES:
        intake.file(claim, made_on=made_on, facility=claim.summary["MA_CSKCB"])
    person = person_of("A")
    # C was an outpatient ten days after the stay B, so B's address held until the next visits said another.
    assert values(person, "address")[-2:] == [("phố mới", True), ("phố cũ", True)]
    assert values(person, "phone") == [("0900000111", True), ("4", True), ("0900000111", True), ("2", True)]
    assert values(person, "occupation") == [("11", True)]  # "00" says nothing
    assert [card["first_care"] for card in histories(person)["card"].sayings[1].value] == ["01000", "79001"]
    assert histories(person)["phone"].now.first_said.date().isoformat() == "2025-06-15"
    assert asker("doctor", "01000").person(person).birth.precision >= 3


def test_a_correction_to_somebody_else_takes_what_it_said_along(intake: Intake) -> None:
    intake.file(mai("A", "20250301"), mai("B", "20250310", DIEN_THOAI="0900000222"))
    person = person_of("A")
    other = mai("B", "20250310", DIEN_THOAI="0900000222", SO_CCCD="079185000009", MA_THE_BHYT="", MA_BN="SYN-9", HO_TEN="LÊ AN")  # fmt: skip
    intake.file(other, made_on="20250401")
    assert person_of("B") != person
    assert values(person, "phone") == [("0900000111", True)]
    assert values(person_of("B"), "phone") == [("0900000222", True)]
    assert asker("doctor", "01000").person(person).phone == "0900000111"
    assert b"0900000222" not in next(bytes(row[2]) for row in resources("Patient") if b"MAI" in bytes(row[2]))


@pytest.fixture
def officer() -> Actor:
    return asker("intake_officer").actor


def test_a_withdrawn_visit_says_nothing_until_it_is_brought_back(intake: Intake, officer: Actor) -> None:
    intake.file(mai("A", "20250301"), mai("B", "20250310", DIEN_THOAI="0900000222"))
    person, before = person_of("A"), _store()
    hospital = asker("facility_records_officer", "01000").actor
    number = ask_withdrawal(hospital, last_package(), 2, "wrong_patient", WHY)
    decide_withdrawal(officer, number, approve=True)
    assert values(person, "phone") == [("0900000111", True)]
    assert asker("doctor", "01000").person(person).phone == "0900000111"
    undo_withdrawal(officer, number, WHY)
    assert _store() == before


def test_joining_brings_what_was_said_along_but_not_the_other_name(intake: Intake, officer: Actor) -> None:
    intake.file(mai("A", "20250301"), mai("B", "20250310", HO_TEN="LÊ VĂN HÙNG", DIEN_THOAI="0900000222"))
    person = person_of("A")
    decide_conflict(officer, one("SELECT id FROM people_conflict"), "same_person", "giấy tờ")
    assert values(person, "phone") == [("0900000222", True), ("0900000111", True)]
    assert values(person, "name") == [("LÊ VĂN HÙNG", False), ("NGUYỄN THỊ MAI", True)]
    found = asker("doctor", "01000").person(person)
    assert (found.name, found.phone) == ("NGUYỄN THỊ MAI", "0900000222")
    patient = next(bytes(row[2]) for row in resources("Patient") if "MAI" in bytes(row[2]).decode())
    assert b"0900000222" in patient
    intake.file(mai("C", "20250501", HO_TEN="LÊ VĂN HÙNG", DIEN_THOAI="0900000333"), made_on="20250502")
    found = asker("doctor", "01000").person(person)
    assert (found.name, found.phone) == ("NGUYỄN THỊ MAI", "0900000333")


def test_what_a_hidden_visit_said_is_not_told_as_its_saying(intake: Intake) -> None:
    intake.file(mai("A", "20250301"))
    intake.file(mai("H", "20250310", DIEN_THOAI="0900000222", MA_BENH_CHINH="B20", MA_CSKCB="01999"), made_on="20250311", facility="01999")  # fmt: skip
    person = person_of("A")
    assert one("SELECT sensitivity FROM people_statement WHERE facility_id = (SELECT id FROM places_facility WHERE code = '01999')")  # fmt: skip
    assert values(person, "phone") == [("0900000111", True)]


def test_a_reader_of_another_facility_sees_nothing(intake: Intake) -> None:
    intake.file(mai("A", "20250301"))
    person = person_of("A")
    with pytest.raises(Exception, match="HS"):
        assert histories(person, asker("doctor", "01999")) == {}
        asker("doctor", "01999").ask("record.write", lambda scope: detail_histories(scope, person), person)


def test_said_again_later_it_is_newer_than_what_came_in_between(intake: Intake) -> None:
    """A on the 2nd and once more on the 9th, B on the 5th: A holds in every order."""
    first, other = mai("A", "20250301", DIEN_THOAI="1"), mai("A", "20250301", DIEN_THOAI="2")
    sendings = [(first, "20250302"), (other, "20250305"), (first, "20250309")]
    for order in permutations(sendings):
        with undone():
            forget()
            for claim, made_on in order:
                intake.file(claim, made_on=made_on)
            assert values(person_of("A"), "phone") == [("1", True)], [made_on for _, made_on in order]
            assert str(one("SELECT made_on FROM intake_current_visit")) == "2025-03-09"


def test_saying_it_again_writes_nothing(intake: Intake) -> None:
    content = package(mai("A", "20250301"))
    intake.send(content)
    before = rows("SELECT xmin::text, encounter FROM people_statement")
    intake.send(content)
    assert rows("SELECT xmin::text, encounter FROM people_statement") == before
