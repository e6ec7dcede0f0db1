"""Where the tone mark stands: ``hoà`` and ``hòa`` are the same word, spelt after two schools."""

import re

from hoso.core.vietnamese.nfc import to_nfc

_LETTER = "a-zA-Zà-ỹÀ-ỸđĐăĂâÂêÊôÔơƠưƯ"
_PLAIN_FIRST = {"o": "oòóỏõọ", "u": "uùúủũụ"}
_PLAIN_LAST = {"a": "aàáảãạ", "e": "eèéẻẽẹ", "y": "yỳýỷỹỵ"}


def _moves() -> dict[str, str]:
    """Map every pair with the tone on its second vowel to the pair with the tone on the first."""
    moves: dict[str, str] = {}
    for first, last in (("o", "a"), ("o", "e"), ("u", "y")):
        for tone in range(1, 6):
            for upper_first in (False, True):
                for upper_last in (False, True):
                    late = _cased(first, upper_first) + _cased(_PLAIN_LAST[last][tone], upper_last)
                    moves[late] = _cased(_PLAIN_FIRST[first][tone], upper_first) + _cased(last, upper_last)
    return moves


def _cased(letter: str, upper: bool) -> str:
    return letter.upper() if upper else letter


_TO_FIRST = _moves()
_TO_LAST = {early: late for late, early in _TO_FIRST.items()}
_LATE = re.compile(rf"(?<![qQ])({'|'.join(_TO_FIRST)})(?![{_LETTER}])")
_AFTER_Q = re.compile(rf"(?<=[qQ])({'|'.join(early for early in _TO_LAST if early[0] in 'ùúủũụÙÚỦŨỤ')})(?![{_LETTER}])")


def normal_tone(text: str) -> str:
    """Move tones to one place, so that ``Hoà`` and ``Hòa``, ``Thuý`` and ``Thúy`` give the same text (in NFC).

    Open syllables in *oa*, *oe*, *uy* carry the tone on the first vowel, the spelling most papers use. After *q*
    the *u* belongs to the consonant, so ``Qúy`` becomes ``Quý``. Closed syllables (``hoàn``) have one spelling only.
    """
    text = to_nfc(text)
    if text.isascii():
        return text
    text = _LATE.sub(lambda found: _TO_FIRST[found[1]], text)
    return _AFTER_Q.sub(lambda found: _TO_LAST[found[1]], text)
