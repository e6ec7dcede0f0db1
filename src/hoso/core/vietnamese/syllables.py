"""What can be a Vietnamese syllable: onset, rime and at most one tone. Knows spelling, not words."""

import unicodedata
from functools import lru_cache

# Longest first, so that "ngh" is not read as "ng".
_ONSETS = tuple("ngh ng nh ch gh gi kh ph qu th tr b c d đ g h k l m n p r s t v x".split()) + ("",)
_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y ych yn ynh yp yt yêm yên yêng yêt yêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong op ot
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơng ơp ơt
    u ua uân uâng uât uây uc uê uêch uên uênh uêu ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyn uynh uyên uyêt
    uyp uyt uyu uynh ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    """.split()
)
# Open rimes of several vowels in which the last one may carry the tone; in the others it is a glide, and cannot.
_TONE_LAST = frozenset({"oa", "oe", "uy", "uê", "uơ"})
_VOWELS = frozenset("aăâeêioôơuưy")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STOPPED = ("c", "ch", "p", "t")  # such rimes take the tones sắc and nặng alone
_SHARP_AND_HEAVY = frozenset("\u0301\u0323")


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Tell whether the word, in any case and Unicode form, is spelt like one Vietnamese syllable."""
    letters, tones = _without_tones(word.lower())
    if len(tones) > 1:
        return False
    for onset in _ONSETS:
        if letters.startswith(onset) and (rime := letters[len(onset) :]) in _RIMES:
            return all(_can_stand(tone, place - len(onset), rime) for place, tone in tones)
    return letters == "gi"  # gì: its i is onset and rime


def _can_stand(tone: str, place: int, rime: str) -> bool:
    """Whether a rime may carry this tone on its letter at this place."""
    if place < 0 or rime[place] not in _VOWELS:
        return False
    if rime.endswith(_STOPPED) and tone not in _SHARP_AND_HEAVY:
        return False
    vowels = sum(letter in _VOWELS for letter in rime)
    if vowels < len(rime):
        return place == vowels - 1  # before a final consonant
    return place < vowels - 1 or vowels == 1 or rime in _TONE_LAST


def _without_tones(word: str) -> tuple[str, list[tuple[int, str]]]:
    """The letters without tones, and each tone with the place of its letter."""
    letters: list[str] = []
    tones: list[tuple[int, str]] = []
    for letter in unicodedata.normalize("NFC", word):
        parts = unicodedata.normalize("NFD", letter)
        kept = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        place = len(letters) if kept else len(letters) - 1  # a tone that stands alone is of the letter before it
        letters += kept
        tones += [(place, mark) for mark in parts if mark in _TONES]
    return "".join(letters), tones
