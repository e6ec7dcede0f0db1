import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.nfc import to_nfc

VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđbcdghklmnpqrstvx"
words = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " \t\u00a00123456789.,;-")


def slow_fold(text: str) -> str:
    """The obvious way: letter by letter, by what Unicode calls each one."""
    made = []
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.category(letter) == "Mn":
            continue
        name = unicodedata.name(letter, "")
        made.append("d" if name.endswith("LETTER D WITH STROKE") else letter.lower())
    return " ".join("".join(made).split())


@given(words)
def test_folding_agrees_with_the_slow_way(text: str) -> None:
    assert fold(text) == slow_fold(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_both_unicode_forms_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(words)
def test_vietnamese_folds_to_ascii(text: str) -> None:
    assert fold(text).isascii()


@given(words)
def test_nfc_is_the_unicode_one(text: str) -> None:
    assert to_nfc(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Nguyễn  Thị ĐÀO", "nguyen thi dao"), ("Ðặng", "dang"), ("", ""), ("Ƣ", "ƣ"), ("HIV Ag/Ab", "hiv ag/ab")],
)
def test_known_words_fold_as_expected(text: str, folded: str) -> None:
    assert fold(text) == folded
