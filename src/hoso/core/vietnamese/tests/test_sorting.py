import unicodedata
from itertools import pairwise

from hypothesis import given

from hoso.core.vietnamese.sorting import name_sort_key, sort_key
from hoso.core.vietnamese.tests.test_folding import words
from hoso.core.vietnamese.tones import normal_tone

LETTERS = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]


def slow_key(text: str) -> tuple[list[tuple[int, ...]], list[list[int]]]:
    """The obvious way: take each letter apart, letters of all words first, then the tones word by word."""
    letters, tones = [], []
    for word in unicodedata.normalize("NFC", text).lower().split():
        places, heard = [], []
        for letter in word:
            parts = unicodedata.normalize("NFD", letter)
            marks = [mark for mark in parts if mark in TONES[1:]]
            bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES[1:]))
            places.append(100 + LETTERS.index(bare) if bare in LETTERS else ord(bare))
            heard += [TONES.index(mark) for mark in marks]
        letters.append(tuple(places))
        tones.append(heard or [0])
    return letters, tones


@given(words, words)
def test_the_order_agrees_with_the_slow_way(first: str, second: str) -> None:
    slow, quick = (slow_key(first), slow_key(second)), (sort_key(first), sort_key(second))
    assert (slow[0] < slow[1], slow[0] == slow[1]) == (quick[0] < quick[1], quick[0] == quick[1])


@given(words)
def test_keys_are_ascii_and_care_neither_for_the_form_nor_for_tone_placement(text: str) -> None:
    key = sort_key(text)
    assert key.isascii()
    assert key == sort_key(unicodedata.normalize("NFD", text)) == sort_key(normal_tone(text))


def test_letters_and_tones_follow_the_alphabet() -> None:
    ordered = ["a", "à", "ả", "ã", "á", "ạ", "ă", "ắ", "â", "ba", "da", "đa", "đá", "e", "ê", "o", "ô", "ơ", "u", "ư"]
    assert all(sort_key(first) < sort_key(second) for first, second in pairwise(ordered))


def test_persons_are_sorted_by_given_name_then_middle_then_family() -> None:
    ordered = ["Trần Văn An", "Lê Thị Ánh", "Lê Thị Bình", "Nguyễn Thị Bình", "An Văn Bình", "Đỗ Văn Đạt", "Ý"]
    shuffled = [ordered[place] for place in (3, 6, 0, 5, 2, 4, 1)]
    assert sorted(shuffled, key=name_sort_key) == ordered
