"""One person per human: what joins two visits, what keeps them apart, and what a decision does to later visits."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.intake import packages as intake_packages
from hoso.engines.intake.conflicts import decide_conflict
from hoso.engines.people import queries as people
from hoso.engines.people.models import Conflict
from tests.claim_packages import Claim, sample_3176
from tests.intaking import Asker, Intake, asker, findings, forget, one, person_of, rows, undone


def mai(ma_lk: str, **values: str) -> Claim:
    """A visit of one human; the values say what is different this time."""
    given = {
        "MA_LK": ma_lk, "HO_TEN": "NGUYỄN THỊ MAI", "SO_CCCD": "079185000001", "MA_THE_BHYT": "DN4790123456789",
        "MA_BN": "SYN-MAI", "NGAY_SINH": "198503120000", "GIOI_TINH": "2", "DIEN_THOAI": "0900000111",
    }  # fmt: skip
    return sample_3176().with_(**{**given, **values})


def joined(intake: Intake, first: Claim, second: Claim) -> bool:
    intake.file(first)
    intake.file(second, made_on="20250316")
    return person_of(first.ma_lk) == person_of(second.ma_lk)


def conflicts(officer: Asker) -> list[Conflict]:
    return officer.ask("conflict.decide", lambda scope: people.conflicts(scope))


NOTHING = {"SO_CCCD": "", "MA_THE_BHYT": "", "MA_BN": "SYN-OTHER"}


@pytest.mark.parametrize(
    "shared",
    [
        {"SO_CCCD": "079185000001"},
        {"MA_THE_BHYT": "DN4790123456789"},
        {"MA_THE_BHYT": "HT3790123456789"},  # another group and place of issue, the same last ten
        {"MA_THE_BHYT": "0123456789;GD4010000000000"},
        {"SO_CCCD": "079 185 000 001"},
        {"MA_BN": "SYN-MAI"},
    ],
    ids=["personal number", "card", "insurance number in another card", "bare insurance number", "with spaces", "facility's number"],
)  # fmt: skip
def test_a_shared_number_joins(shared: dict[str, str], intake: Intake) -> None:
    assert joined(intake, mai("A"), mai("B", **{**NOTHING, **shared}))


@pytest.mark.parametrize(
    "other", [NOTHING, {**NOTHING, "SO_CCCD": "079185000002"}, {**NOTHING, "MA_THE_BHYT": "DN4790123456788"}]
)
def test_the_same_name_and_birth_without_a_shared_number_do_not_join(other: dict[str, str], intake: Intake) -> None:
    assert not joined(intake, mai("A"), mai("B", **other))


def test_the_number_of_a_facility_counts_in_that_facility_only(intake: Intake) -> None:
    intake.file(mai("A", **{**NOTHING, "MA_BN": "7"}))
    intake.file(mai("B", **{**NOTHING, "MA_BN": "7"}, MA_CSKCB="01999"), facility="01999")
    assert person_of("A") != person_of("B", "01999")


@pytest.mark.parametrize(
    "slip", [{"NGAY_SINH": "198603120000"}, {"GIOI_TINH": "1"}, {"HO_TEN": "NGUYEN THI MAY"}, {"HO_TEN": "MAI"}],
    ids=["birth year", "sex", "a letter and no accents", "given name alone"],
)  # fmt: skip
def test_one_slip_of_the_keyboard_still_joins(slip: dict[str, str], intake: Intake) -> None:
    assert joined(intake, mai("A"), mai("B", **slip))
    assert conflicts(asker("intake_officer")) == []


@pytest.mark.parametrize(
    "contradiction", [{"NGAY_SINH": "195003120000", "GIOI_TINH": "1"}, {"HO_TEN": "LÊ VĂN HÙNG"}],
    ids=["sex and birth year", "distant name"],
)  # fmt: skip
def test_a_contradiction_waits_on_a_provisional_person(contradiction: dict[str, str], intake: Intake) -> None:
    assert not joined(intake, mai("A"), mai("B", **contradiction))
    assert ("HS4009", "warning", 1, "HO_TEN") in findings()
    (conflict,) = conflicts(asker("intake_officer"))
    assert (conflict.identifier_kind, conflict.identifier_value) == ("personal_number", "079185000001")
    assert (conflict.sent.person_id, conflict.known.person_id) == (person_of("B"), person_of("A"))
    assert conflict.sent.provisional and not conflict.known.provisional
    doctor = asker("doctor", "01000")
    assert [len(doctor.timeline(person).visits) for person in (person_of("A"), person_of("B"))] == [1, 1]
    assert {hit.provisional for hit in doctor.search("079185000001")} == {True, False}


def test_the_same_contradiction_again_asks_once(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", HO_TEN="LÊ VĂN HÙNG"))
    intake.file(mai("C", HO_TEN="LÊ VĂN HÙNG"), made_on="20250317")
    assert person_of("B") == person_of("C") != person_of("A")
    assert len(conflicts(asker("intake_officer"))) == 1


def test_a_number_that_is_somebody_elses_is_reported_and_stays_theirs(intake: Intake) -> None:
    husband = {"SO_CCCD": "079080000001", "MA_THE_BHYT": "DN4790123400000", "MA_BN": "SYN-H", "HO_TEN": "LÊ VĂN HÙNG"}
    intake.file(mai("A"), mai("H", **husband))
    intake.file(mai("B", MA_THE_BHYT=husband["MA_THE_BHYT"]), made_on="20250317")
    assert person_of("B") == person_of("A")
    about_people = [found for found in findings() if found[0].startswith("HS4")]
    assert about_people == [("HS4008", "warning", 1, "MA_THE_BHYT")] * 2  # the insurance number and the card
    assert one("SELECT person_id FROM people_identifier WHERE value = 'DN4790123400000'") == person_of("H")


def test_a_phone_may_be_shared_and_finds_both(intake: Intake) -> None:
    child = {"SO_CCCD": "", "MA_THE_BHYT": "TE1790000000001", "MA_BN": "SYN-C", "HO_TEN": "LÊ GIA AN", "NGAY_SINH": "202401010000"}  # fmt: skip
    assert not joined(intake, mai("A"), mai("C", **child))
    assert asker("doctor", "01000").names("0900 000 111") == ["LÊ GIA AN", "NGUYỄN THỊ MAI"]


def test_same_person_joins_the_timelines_without_touching_a_byte(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", HO_TEN="LÊ VĂN HÙNG"))
    bodies = rows(
        "SELECT id, version, body, source_person_id FROM records_resource WHERE encounter IS NOT NULL ORDER BY id"
    )
    known, apart = person_of("A"), person_of("B")
    _decide("same_person")
    assert person_of("B") == known
    doctor = asker("doctor", "01000")
    assert [len(doctor.timeline(person).visits) for person in (known, apart)] == [2, 0]
    after = rows(
        "SELECT id, version, body, source_person_id FROM records_resource WHERE encounter IS NOT NULL ORDER BY id"
    )
    assert after == bodies
    assert doctor.names("079185000001") == ["NGUYỄN THỊ MAI"]
    intake.file(mai("C", HO_TEN="LÊ VĂN HÙNG"), made_on="20250318")
    assert person_of("C") == known
    assert conflicts(asker("intake_officer")) == []


def test_different_person_lets_them_stand_for_themselves(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", HO_TEN="LÊ VĂN HÙNG", MA_BN="SYN-H"))
    known, apart = person_of("A"), person_of("B")
    _decide("different_person")
    intake.file(mai("C", HO_TEN="LÊ VĂN HÙNG", MA_BN="SYN-H"), mai("D"), made_on="20250318")
    assert (person_of("C"), person_of("D")) == (apart, known)
    assert conflicts(asker("intake_officer")) == []
    doctor = asker("doctor", "01000")
    assert [(hit.name, hit.provisional) for hit in doctor.search("le van hung")] == [("LÊ VĂN HÙNG", False)]
    assert one("SELECT person_id FROM people_identifier WHERE kind = 'facility_number' AND value = 'SYN-H'") == apart


def test_a_correction_of_a_joined_visit_stays_with_the_joined_person(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", HO_TEN="LÊ VĂN HÙNG"))
    _decide("same_person")
    intake.file(mai("B", HO_TEN="LÊ VĂN HÙNG", GHI_CHU="bổ sung"), made_on="20250319")
    assert person_of("B") == person_of("A")
    assert len(asker("doctor", "01000").timeline(person_of("A")).visits) == 2


def test_a_decision_is_taken_once_with_the_right(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", HO_TEN="LÊ VĂN HÙNG"))
    (conflict,) = conflicts(asker("intake_officer"))
    with pytest.raises(HosoError, match="HS2001"):
        decide_conflict(asker("doctor", "01000").actor, conflict.id, "same_person", "giấy tờ")
    decider = _decide("same_person")
    with pytest.raises(HosoError, match="HS4007"):
        decide_conflict(asker("intake_officer").actor, conflict.id, "different_person", "khác")
    with acting_transaction(decider.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT action, reason, person_id, object FROM audit_event WHERE action = 'update'")
        assert cursor.fetchall() == [("update", "same_person: giấy tờ", person_of("A"), f"conflict/{conflict.id}")]


def test_a_decision_is_announced_to_those_who_follow(intake: Intake) -> None:
    intake.file(mai("A"), mai("B", HO_TEN="LÊ VĂN HÙNG"))
    apart = person_of("B")
    _decide("same_person")
    payload = json.loads(one("SELECT payload::text FROM changes_change WHERE topic = 'person.decided'"))
    assert payload == {"decision": "same_person", "provisional": apart, "known": person_of("A")}


def test_later_facts_replace_earlier_ones_and_silence_changes_nothing(intake: Intake) -> None:
    new = mai("A", NGAY_VAO="202503200800", NGAY_RA="202503200900", DIEN_THOAI="0900000222", DIA_CHI="mới (mẫu)")
    old = mai("B", NGAY_VAO="202401200800", NGAY_RA="202401200900", DIEN_THOAI="0900000111", DIA_CHI="cũ (mẫu)")
    intake.file(new, made_on="20250321")
    intake.file(old, made_on="20240121")
    intake.file(mai("C", NGAY_VAO="202503250800", NGAY_RA="202503250900", DIEN_THOAI=""), made_on="20250326")
    person = asker("doctor", "01000").person(person_of("A"))
    assert person.phone == "0900000222"


COMMUNES = ("00004", "00008")  # of Hà Nội since 2025-07-01


@pytest.fixture
def nurses(intake: Intake) -> Iterator[tuple[Asker, Asker]]:
    places = [Place.objects.get(level=3, code=code, valid_from=date(2025, 7, 1)) for code in COMMUNES]
    yield asker("station_nurse", place=places[0]), asker("station_nurse", place=places[1])


def test_who_moves_is_found_by_the_new_station_with_the_whole_history(
    nurses: tuple[Asker, Asker], intake: Intake
) -> None:
    old, new = nurses
    first = mai("A", NGAY_VAO="202509010800", NGAY_RA="202509010900", MAXA_CU_TRU=COMMUNES[0], MAHUYEN_CU_TRU="")
    second = mai("B", NGAY_VAO="202510010800", NGAY_RA="202510010900", MAXA_CU_TRU=COMMUNES[1], MAHUYEN_CU_TRU="")
    intake.file(first, made_on="20250902")
    person = person_of("A")
    assert (old.names("nguyen thi mai"), new.names("nguyen thi mai")) == (["NGUYỄN THỊ MAI"], [])
    intake.file(second, made_on="20251002")
    for text in ("nguyen thi mai", "079185000001", "0900000111"):
        assert (old.names(text), new.names(text)) == ([], ["NGUYỄN THỊ MAI"]), text
    assert [len(nurse.timeline(person).visits) for nurse in nurses] == [0, 2]
    page = new.visit(person, new.timeline(person).visits[-1].encounter)
    assert page is not None and len(page.medications) == 2


def test_who_was_known_without_a_residence_is_found_once_it_is_told(
    nurses: tuple[Asker, Asker], intake: Intake
) -> None:
    silent = mai(
        "A", NGAY_VAO="202509010800", NGAY_RA="202509010900", MAXA_CU_TRU="", MATINH_CU_TRU="", MAHUYEN_CU_TRU=""
    )
    told = mai("B", NGAY_VAO="202510010800", NGAY_RA="202510010900", MAXA_CU_TRU=COMMUNES[0], MAHUYEN_CU_TRU="")
    intake.file(silent, made_on="20250902")
    assert nurses[0].names("mai") == []
    intake.file(told, made_on="20251002")
    assert nurses[0].names("mai") == ["NGUYỄN THỊ MAI"]
    assert [len(nurse.timeline(person_of("A")).visits) for nurse in nurses] == [2, 0]


@pytest.mark.parametrize("together", [True, False])
def test_where_a_person_lives_does_not_hang_on_how_visits_are_packed(
    together: bool, nurses: tuple[Asker, Asker], intake: Intake
) -> None:
    first = mai("A", NGAY_VAO="202509010800", NGAY_RA="202509010900", MAXA_CU_TRU=COMMUNES[0], MAHUYEN_CU_TRU="")
    second = mai("B", NGAY_VAO="202510010800", NGAY_RA="202510010900", MAXA_CU_TRU=COMMUNES[1], MAHUYEN_CU_TRU="")
    for claims in [[first, second]] if together else [[first], [second]]:
        intake.file(*claims, made_on="20251002")
    assert [len(nurse.timeline(person_of("A")).visits) for nurse in nurses] == [0, 2]


def test_the_store_does_not_hang_on_the_size_of_the_batch(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [
        *(mai(f"A{n}", GHI_CHU=str(n)) for n in range(5)),
        mai("B1", HO_TEN="LÊ VĂN HÙNG"),
        mai("B2", HO_TEN="LÊ VĂN HÙNG"),
        mai("C1", **{**NOTHING, "MA_BN": "SYN-9"}),
        mai("C2", **{**NOTHING, "MA_BN": "SYN-9", "SO_CCCD": "079185000009"}),
        mai("A1", GHI_CHU="sửa"),
        mai("D1", SO_CCCD="079185000009", HO_TEN="TRẦN QUANG", NGAY_SINH="199001010000", MA_THE_BHYT="", MA_BN="SYN-D"),
    ]
    stores = []
    for size in (1, 7, 50):
        monkeypatch.setattr(intake_packages, "BATCH", size)
        with undone():
            forget()
            intake.file(*visits)
            stores.append(
                (
                    rows("SELECT type, id, version, body, person_id, place_id, sensitivity FROM records_resource ORDER BY 1, 2"),
                    rows("SELECT person_id, name, provisional, place_id FROM people_person ORDER BY 1"),
                    rows("SELECT kind, value, person_id, contested FROM people_identifier ORDER BY 1, 2, 3"),
                    rows("SELECT person_id, other_person_id, identifier_kind FROM people_conflict ORDER BY 1, 2"),
                    rows("SELECT ma_lk, person_id FROM intake_current_visit ORDER BY 1"),
                )
            )  # fmt: skip
    # A batch of one rewrites the Patient for every visit: its versions tell how often, its last bytes are the same.
    plain = [[row for row in store[0] if row[0] != 103] for store in stores]
    assert plain[0] == plain[1] == plain[2]
    assert stores[0][1:] == stores[1][1:] == stores[2][1:]
    patients = [[(row[1], row[3]) for row in store[0] if row[0] == 103] for store in stores]
    assert patients[0] == patients[1] == patients[2]


def _decide(decision: str) -> Actor:
    officer = asker("intake_officer")
    (conflict,) = conflicts(officer)
    decide_conflict(officer.actor, conflict.id, decision, "giấy tờ")
    return officer.actor
