"""Sort keys in the order of the Vietnamese alphabet."""

import unicodedata
from functools import lru_cache

from hoso.core.vietnamese.names import split_name
from hoso.core.vietnamese.nfc import to_nfc

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # huyền, hỏi, ngã, sắc, nặng, after the level tone
_BETWEEN_LEVELS = "\x1f"
_BETWEEN_PARTS = "\x1e"


def _letters() -> dict[int, str]:
    """Map every letter, with or without a tone, to its place in the alphabet as one ASCII character."""
    table = {ord(mark): "" for mark in TONES}
    for place, letter in enumerate(ALPHABET):
        for tone in ("", *TONES):
            whole = unicodedata.normalize("NFC", letter + tone)
            if len(whole) == 1:
                table[ord(whole)] = chr(ord("A") + place)
    return table


def _tones() -> dict[int, str]:
    """Map every letter to the number of its tone, or to nothing."""
    table = {ord(mark): str(number) for number, mark in enumerate(TONES, start=1)}
    for letter in ALPHABET:
        table[ord(letter)] = ""
        for number, tone in enumerate(TONES, start=1):
            whole = unicodedata.normalize("NFC", letter + tone)
            if len(whole) == 1:
                table[ord(whole)] = str(number)
    return table


_LETTERS, _TONES = _letters(), _tones()


@lru_cache(maxsize=8192)  # names are made of the same few thousand parts
def sort_key(text: str) -> str:
    """Give a key that sorts as the Vietnamese alphabet does (a ă â b c d đ e ê …), by plain comparison.

    Letters count first, over the whole text; tones second, one for each word, so that it does not matter on which
    vowel a tone is written: level, huyền, hỏi, ngã, sắc, nặng. Case does not count; digits come before letters.
    The keys of Vietnamese text are ASCII and sort alike in Python and in PostgreSQL with collation "C".
    """
    words = to_nfc(text).lower().split()
    letters = " ".join(words).translate(_LETTERS)
    tones = " ".join(_tone(word) for word in words)
    return letters + _BETWEEN_LEVELS + tones


def _tone(word: str) -> str:
    return "0" if word.isascii() else "".join(filter(str.isdecimal, word.translate(_TONES))) or "0"


def name_sort_key(name: str) -> str:
    """Give a key that sorts persons by given name, then middle names, then family name."""
    parts = split_name(name)
    return _BETWEEN_PARTS.join((sort_key(parts.given), sort_key(parts.middle), sort_key(parts.family)))
