"""Hashed tokens of a name: single words, pairs and triples, so that a search under row security is one equality.

Operators such as LIKE may not look at rows that row security hides, so they lose their index; equality on a
number may (it is leakproof). Pairs and triples keep the lists short: half a million people share "nguyen".
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations

from hoso.core.vietnamese.folding import fold

MAX_WORDS = 10  # Công Tằng Tôn Nữ Thị Minh Tâm has seven; beyond ten a name is cut


def tokens_of_name(name: str) -> set[int]:
    """Every token under which this name is found."""
    words = sorted(set(fold(name).split()[:MAX_WORDS]))
    return {_hash(group) for size in (1, 2, 3) for group in combinations(words, size)}


def token_of_query(words: Sequence[str]) -> int | None:
    """The one token that narrows folded words most: of their three longest, or of all where fewer; None of none."""
    longest = sorted(set(words), key=len, reverse=True)[:3]
    return _hash(tuple(sorted(longest))) if longest else None


@lru_cache(maxsize=32768)
def _hash(words: tuple[str, ...]) -> int:
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "big", signed=True)
