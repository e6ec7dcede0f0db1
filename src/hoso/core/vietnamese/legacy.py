"""Text of before Unicode (TCVN3, VNI, VISCII, code page 1258): reading and writing it by table, and telling it apart.

Such a text comes in as letters of Western Europe that each stood for one byte: `NguyÔn V¨n` for `Nguyễn Văn`. Nothing
here converts by itself: what is found is told, and a person decides (docs/decisions/0054-old-encodings.md).
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hoso.core.definitions import definitions_folder
from hoso.core.vietnamese.syllables import is_syllable

ENCODINGS = ("tcvn3", "vni", "viscii", "cp1258")
TITLES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "viscii": "VISCII", "cp1258": "Windows-1258"}
_WORD = re.compile(r"[^\x00-@\[-`{-\x7f]*[^\x00-\x7f][^\x00-@\[-`{-\x7f]*|[A-Za-z]+")
_LIKE_D = str.maketrans("ÐðƉɖ", "ĐđĐđ")
MOST_BAD = 0.25  # of the words with marks, after the right conversion: names of other peoples, abbreviations
# Words of names and addresses that decide between two readings that are both well spelt.
_FREQUENT = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý thị văn hữu đức ngọc tấn mỹ thùy bảo"
    " số đường phường xã thị trấn huyện quận tỉnh thành phố thôn ấp tổ khu phố làng bản".split()
)


@dataclass(frozen=True, slots=True)
class LegacyText:
    """A text found to be of an old encoding, and what it reads as."""

    encoding: str
    text: str


@cache
def table(encoding: str) -> Mapping[bytes, str]:
    """Letters by their bytes in an encoding of ENCODINGS."""
    path = definitions_folder() / "encodings" / "vietnamese_letters.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {bytes.fromhex(row[encoding]): row["letter"] for row in csv.DictReader(stream)}


def encode(text: str, encoding: str) -> bytes:
    """Write Vietnamese text in an old encoding. Raises ValueError for a letter it does not have."""
    written = {letter: code for code, letter in table(encoding).items()}
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        if not letter.isascii() and letter not in written:
            raise ValueError(f"{letter!r} is not in {encoding}")
        parts.append(written.get(letter) or letter.encode("ascii"))
    return b"".join(parts)


def decode(content: bytes, encoding: str) -> str | None:
    """Read bytes of an old encoding; None where they hold what it does not have."""
    letters = table(encoding)
    longest = max(map(len, letters))
    found: list[str] = []
    at = 0
    while at < len(content):
        for size in range(longest, 0, -1):
            letter = letters.get(content[at : at + size])
            if letter:
                found.append(letter)
                at += size
                break
        else:
            if content[at] >= 0x80:
                return None
            found.append(chr(content[at]))
            at += 1
    return _set_in_capitals("".join(found)) if encoding == "tcvn3" else "".join(found)


def read_as(text: str, encoding: str) -> str | None:
    """What a text that came in as Western letters reads as; None where it cannot be of the encoding."""
    content = _as_bytes(text)
    return None if content is None else decode(content, encoding)


def detect(text: str) -> LegacyText | None:
    """The old encoding a text is in, if it is: its words are no Vietnamese as they stand, and are when read as it.

    A text that is spelt well as it stands is never taken for another; so are words that read well in none.
    """
    if text.isascii() or not _can_be_legacy(text):
        return None
    as_it_stands = _misspelt(text)
    if not as_it_stands:
        return None
    best: tuple[tuple[int, int], LegacyText] | None = None
    for encoding in ENCODINGS:
        read = read_as(text, encoding)
        if read is None or read == text:
            continue
        bad = _misspelt(read)
        if bad >= as_it_stands or bad > MOST_BAD * _words(read):
            continue
        rank = bad, -_frequent(read)
        if best is None or rank < best[0]:
            best = rank, LegacyText(encoding, read)
    return best[1] if best else None


def _can_be_legacy(text: str) -> bool:
    """Letters that only Unicode has (ạ, ế, đ …) say that the text is of today: no byte stood for them."""
    return _as_bytes(text) is not None


def _as_bytes(text: str) -> bytes | None:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    try:
        return b"".join(_byte_of(letter) for letter in text)
    except UnicodeEncodeError:
        return None


def _byte_of(letter: str) -> bytes:
    return letter.encode("latin-1" if letter < "\u0100" else "cp1252")


def _misspelt(text: str) -> int:
    """Words with a mark that are no Vietnamese syllable. Look-alikes of Đ in a text of today do not count as such."""
    words = _WORD.findall(text.translate(_LIKE_D))
    return sum(not word.isascii() and not is_syllable(word) for word in words)


def _words(text: str) -> int:
    return sum(not word.isascii() for word in _WORD.findall(text))


def _frequent(text: str) -> int:
    return sum(word.lower() in _FREQUENT for word in _WORD.findall(text))


def _set_in_capitals(text: str) -> str:
    """Fonts of VN3 have no capitals with tones: in a text without small ASCII letters the others were meant as capitals."""
    ascii_letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return text.upper() if ascii_letters and all(letter.isupper() for letter in ascii_letters) else text
