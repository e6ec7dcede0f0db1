"""Vietnamese personal names: their parts, and when two of them cannot be the same person's."""

import re
from typing import NamedTuple

from hoso.core.vietnamese.folding import fold

_NOT_LETTERS = re.compile(r"[\W\d_]+")


class NameParts(NamedTuple):
    """A name in its usual order: family name, middle names, given name. A part that is not there is empty."""

    family: str
    middle: str
    given: str


def split_name(name: str) -> NameParts:
    """Split ``Nguyễn Thị Minh Khai`` into family ``Nguyễn``, middle ``Thị Minh``, given ``Khai``.

    A single word is a given name. Double family names (Tôn Nữ, Tôn Thất) are not told apart from middle names.
    """
    words = name.split()
    if not words:
        return NameParts("", "", "")
    if len(words) == 1:
        return NameParts("", "", words[0])
    return NameParts(words[0], " ".join(words[1:-1]), words[-1])


def distant(first: str, second: str) -> bool:
    """Tell whether two names are clearly of different persons.

    Accents, case, order of words and spaces do not count. The names are near when every word of the shorter one
    finds its own word in the longer one: the same, an initial (``N.`` for ``Nguyễn``), or one typing slip in words
    of three letters or more. A name of one word must meet the given name. An empty name is near to all: nothing
    is known. The answer does not depend on the order of the two.
    """
    words, others = sorted((_words(first), _words(second)), key=len)
    if not words or "".join(words) == "".join(others):
        return False
    if len(words) == 1 and len(others) > 1:
        return not _near(words[0], others[-1])
    return not _all_find_their_own(words, others)


def _words(name: str) -> list[str]:
    return _NOT_LETTERS.sub(" ", fold(name)).split()


def _near(word: str, other: str) -> bool:
    if word == other:
        return True
    if len(word) == 1 or len(other) == 1:
        return word[0] == other[0]
    return min(len(word), len(other)) >= 3 and _one_slip(word, other)


def _one_slip(word: str, other: str) -> bool:
    """Tell whether one letter was added, left out, replaced, or two neighbours swapped."""
    if len(word) > len(other):
        word, other = other, word
    if len(other) - len(word) > 1:
        return False
    at = next((i for i, letter in enumerate(word) if letter != other[i]), len(word))
    if len(word) < len(other):
        return word[at:] == other[at + 1 :]
    swapped = word[at : at + 2] == other[at : at + 2][::-1] and word[at + 2 :] == other[at + 2 :]
    return swapped or word[at + 1 :] == other[at + 1 :]


def _all_find_their_own(words: list[str], others: list[str]) -> bool:
    """Tell whether each word can be given a different near word (a matching that leaves no word out)."""
    taken: dict[int, int] = {}

    def place(word: int, tried: set[int]) -> bool:
        for other in range(len(others)):
            if other in tried or not _near(words[word], others[other]):
                continue
            tried.add(other)
            if other not in taken or place(taken[other], tried):
                taken[other] = word
                return True
        return False

    return all(place(word, set()) for word in range(len(words)))
