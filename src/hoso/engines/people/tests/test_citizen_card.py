"""The code of a citizen's card: read as printed, refused when it is something else. Every card here is made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.people.citizen_card import CitizenCard, read_citizen_card, scanned_numbers
from hoso.engines.people.models import BirthDate, Sex

CARD = "079190900123|024999001|Nguyễn Thị Mẫu|05031990|Nữ|Ấp Mẫu, Xã Mẫu, Tây Ninh|12052021"
BORN = date(1990, 3, 5)


def test_every_field() -> None:
    assert read_citizen_card(CARD) == CitizenCard(
        "079190900123", "024999001", "Nguyễn Thị Mẫu", BORN, Sex.FEMALE, "Ấp Mẫu, Xã Mẫu, Tây Ninh", date(2021, 5, 12)
    )


def test_the_old_number_may_be_missing_and_fields_may_follow() -> None:
    card = read_citizen_card(CARD.replace("024999001", "") + "|Nguyễn Văn Cha|Trần Thị Mẹ")
    assert card is not None
    assert (card.old_number, card.birth) == ("", BORN)
    assert scanned_numbers(CARD) == ("079190900123", "024999001")


@pytest.mark.parametrize(
    "text",
    ["", "nguyen thi mau", "079190900123", CARD.rsplit("|", 1)[0], CARD.replace("079", "79"), CARD.replace("9", "٩"),
     CARD.replace("Nguyễn Thị Mẫu", ""), CARD.replace("024999001", "x")],
)  # fmt: skip
def test_what_is_no_card(text: str) -> None:
    assert read_citizen_card(text) is None
    assert scanned_numbers(text) == ()


@pytest.mark.parametrize("day", ["30021990", "5031990", "", "abcdefgh"])
def test_a_day_that_is_none_is_left_out(day: str) -> None:
    card = read_citizen_card(CARD.replace("05031990", day))
    assert card is not None
    assert card.birth is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["Nam", "Nữ"]))
def test_the_digits_of_a_number_made_from_sex_and_birth_agree(born: date, sex: str) -> None:
    century = {("Nam", 19): 0, ("Nữ", 19): 1, ("Nam", 20): 2, ("Nữ", 20): 3}[sex, born.year // 100]
    text = f"072{century}{born:%y}900001||Người Mẫu|{born:%d%m}{born.year}|{sex}|Tây Ninh|01012022"
    card = read_citizen_card(text)
    assert card is not None
    assert card.is_consistent
    other = read_citizen_card(text.replace(f"072{century}", f"072{(century + 1) % 4}", 1))
    assert other is not None
    assert not other.is_consistent


def test_what_the_card_says_otherwise_than_the_record() -> None:
    card = read_citizen_card(CARD)
    assert card is not None
    assert card.differs("NGUYEN THI MAU", BirthDate(BORN, 3), Sex.FEMALE) == ()
    assert card.differs("Nguyễn Thị Mẫu", BirthDate(date(1990, 1, 1), 1), Sex.FEMALE) == ()  # a year alone is known
    assert card.differs("Trần Văn Khác", BirthDate(date(1990, 3, 6), 3), Sex.MALE) == ("name", "birth", "sex")


def test_of_an_insurance_cards_code_the_number_is_read() -> None:
    assert scanned_numbers("gd4797900000001|4e677579e1bb856e|05/03/1990|2|") == ("GD4797900000001",)
    assert scanned_numbers("7900000001|4e67") == ("7900000001",)
    assert scanned_numbers("nguyen|thi") == ()
