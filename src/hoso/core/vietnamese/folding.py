"""Text without accents, for searching and matching."""

import unicodedata
from functools import lru_cache

# Marks that go away, and the letters that Unicode does not take apart. U+00D0/U+00F0 (eth) and U+0189 (African d)
# are the look-alikes of Đ that old fonts and converters leave behind.
_TABLE: dict[int, str | None] = {mark: None for mark in range(0x0300, 0x0370)}
_TABLE.update({ord(letter): "d" for letter in "đĐðÐƉɖ"})


REMEMBERED = 120  # letters of the longest text that is folded once for several who ask


def fold(text: str) -> str:
    """Give the text in lower case, without accents and tones, words parted by single spaces.

    ``Nguyễn  Thị ĐÀO`` becomes ``nguyen thi dao`` whichever Unicode form it came in. Folding twice changes nothing.
    """
    return _remembered(text) if len(text) <= REMEMBERED else _folded(text)


def _folded(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_TABLE)
    lower = text.lower()
    if not lower.isascii():
        lower = unicodedata.normalize("NFKD", lower).translate(_TABLE)
    return " ".join(lower.split())


_remembered = lru_cache(maxsize=1024)(_folded)  # what is filed of one person folds the same few texts again and again
