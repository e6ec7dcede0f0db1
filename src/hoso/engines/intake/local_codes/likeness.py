"""How alike two names or codes are: words without accents weighed by how rare they are, and groups of three letters."""

import re
from collections.abc import Iterable
from math import log

from hoso.core.terminology.search_words import words_of

_SIGNS = re.compile(r"[^0-9A-Za-z]+")


def trigrams(text: str) -> frozenset[str]:
    """The groups of three letters of a text without accents, its beginning and end marked."""
    padded = f"  {' '.join(words_of(text))} "
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2))


def alike(one: str, other: str) -> float:
    """0 to 1: the share of groups of three letters that two texts have in common (Dice)."""
    ours, theirs = trigrams(one), trigrams(other)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0


class Rarity:
    """How much a word says: one that stands in most names says little."""

    def __init__(self, names: Iterable[Iterable[str]]) -> None:
        self.count = 0
        self.seen: dict[str, int] = {}
        for words in names:
            self.count += 1
            for word in set(words):
                self.seen[word] = self.seen.get(word, 0) + 1

    def of(self, word: str) -> float:
        return log(1 + (self.count + 1) / (self.seen.get(word, 0) + 1))

    def shared(self, ours: frozenset[str], theirs: frozenset[str]) -> float:
        """0 to 1: the weight of the words in common by that of all words."""
        whole = sum(map(self.of, ours | theirs))
        return sum(map(self.of, ours & theirs)) / whole if whole else 0.0


def bare(code: str) -> str:
    """A code without signs and case: `02.0085.1778` and `0200851778` are the same."""
    return _SIGNS.sub("", code).upper()


def family(code: str) -> str:
    """The code without its last part (a price code of the service list); empty where it has less than three."""
    parts = code.split(".")
    return ".".join(parts[:2]) + "." if len(parts) >= 3 else ""
