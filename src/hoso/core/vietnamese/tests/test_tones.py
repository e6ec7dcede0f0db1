import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.tests.test_folding import words
from hoso.core.vietnamese.tones import normal_tone


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Hoà", "Hòa"), ("Hòa", "Hòa"), ("HOÀ BÌNH", "HÒA BÌNH"), ("Thuý", "Thúy"), ("Thúy", "Thúy"),
        ("khoẻ", "khỏe"), ("Quý", "Quý"), ("Qúy", "Quý"), ("hoàn", "hoàn"), ("Thuỳ Dung", "Thùy Dung"),
        ("xoè.", "xòe."), ("quà", "quà"), ("An", "An"), ("toán", "toán"), ("luỹ thừa", "lũy thừa"), ("Huỳnh", "Huỳnh"),
        ("HoÀ", "HòA"),
    ],
)  # fmt: skip
def test_the_tone_moves_to_one_place(written: str, normal: str) -> None:
    assert normal_tone(written) == normal
    assert normal_tone(unicodedata.normalize("NFD", written)) == normal


@given(st.one_of(words, st.text()))
def test_moving_twice_changes_nothing(text: str) -> None:
    assert normal_tone(normal_tone(text)) == normal_tone(text)


@given(words)
def test_moving_changes_no_letter(text: str) -> None:
    assert fold(normal_tone(text)) == fold(text)
