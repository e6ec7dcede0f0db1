"""Old encodings: the tables against glibc's iconv, and how often 10,000 names and addresses are told apart."""

import csv
import subprocess
import unicodedata
from collections import Counter
from functools import cache
from random import Random

import pytest

from hoso.core.definitions import definitions_folder
from hoso.core.vietnamese import legacy
from hoso.core.vietnamese.syllables import is_syllable
from hoso.demo.names import full_name, surname

COUNT = 10_000
ICONV = {"tcvn3": "TCVN5712-1", "viscii": "VISCII", "cp1258": "CP1258"}
# Stated in docs/decisions/0054-old-encodings.md; of 10,000 texts that differ in the encoding.
MOST_MISSED = {"tcvn3": 0.02, "vni": 0.03, "viscii": 0.03, "cp1258": 0.045}
MOST_MISTAKEN = 0.001


@cache
def texts() -> list[str]:
    """Half names (every other in capitals), half addresses with communes of before and after 2025."""
    random = Random(20251126)
    folder = definitions_folder() / "places"
    communes = [row["full_name_vi"] for row in _rows(folder / "communes_current.csv")]
    communes += [row["name_vi"] for row in _rows(folder / "legacy_communes.csv")]
    provinces = [row["name_vi"] for row in _rows(folder / "provinces_current.csv")]
    names = [full_name(random, surname(random), random.choice((1, 2))) for _ in range(COUNT // 2)]
    kinds = ("đường", "thôn", "ấp", "tổ")
    addresses = [
        f"Số {random.randint(1, 300)} {random.choice(kinds)} {random.randint(1, 20)},"
        f" {random.choice(communes)}, {random.choice(provinces)}"
        for _ in range(COUNT // 2)
    ]
    return [name.upper() if number % 2 else name for number, name in enumerate(names)] + addresses


def _rows(path: object) -> list[dict[str, str]]:
    with open(str(path), encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def as_sent(text: str, encoding: str) -> str:
    """The text as a programme of today shows the bytes of the old one; fonts of TCVN3 have no capitals with tones."""
    if encoding == "tcvn3":
        kept = "ĂÂÊÔƠƯĐ"
        text = "".join(letter if letter.isascii() or letter in kept else letter.lower() for letter in text)
    return legacy.encode(text, encoding).decode("latin-1")


@pytest.mark.parametrize("encoding", legacy.ENCODINGS)
def test_the_table_has_each_of_134_letters_once(encoding: str) -> None:
    letters = legacy.table(encoding)
    assert len(letters) == 134 == len(set(letters.values()))
    assert all(
        legacy.decode(legacy.encode(letter, encoding), encoding) in (letter, letter.upper())
        for letter in letters.values()
    )


@pytest.mark.parametrize("encoding", sorted(ICONV))
def test_the_tables_agree_with_iconv(encoding: str) -> None:
    content = b"\n".join(legacy.table(encoding))
    done = subprocess.run(
        ["iconv", "-f", ICONV[encoding], "-t", "UTF-8"], input=content, capture_output=True, check=False
    )
    if done.returncode and b"not supported" in done.stderr:
        pytest.skip(f"this machine's iconv lacks {ICONV[encoding]}")
    read = unicodedata.normalize("NFC", done.stdout.decode()).split("\n")
    assert read == list(legacy.table(encoding).values())


@pytest.mark.parametrize("encoding", legacy.ENCODINGS)
def test_round_trip_of_every_text(encoding: str) -> None:
    for text in texts():
        read = legacy.read_as(as_sent(text, encoding), encoding)
        assert read is not None and read.lower() == text.lower()


@pytest.mark.parametrize("encoding", legacy.ENCODINGS)
def test_how_often_an_encoding_is_told(encoding: str) -> None:
    outcomes: Counter[str] = Counter()
    for text in texts():
        sent = as_sent(text, encoding)
        if unicodedata.normalize("NFC", sent) == text:
            continue  # the same in both: nothing to tell
        found = legacy.detect(sent)
        if found is None:
            outcomes["missed"] += 1
        else:
            outcomes["right" if found.text.lower() == text.lower() else "mistaken"] += 1
    print(encoding, dict(outcomes))
    whole = outcomes.total()
    assert whole > COUNT * 0.95
    assert outcomes["mistaken"] / whole <= MOST_MISTAKEN
    assert outcomes["missed"] / whole <= MOST_MISSED[encoding]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_text_of_today_is_never_taken_for_an_old_one(form: str) -> None:
    assert [text for text in texts() if legacy.detect(unicodedata.normalize(form, text))] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "Nguyen Van A", "Ðinh Hùng", "Niê Y Blô", "Trần Mỹ", "H'Bia Êban", "café", "1 µg/mL", "5 °C ± 1"]
)
def test_what_is_no_old_encoding(text: str) -> None:
    assert legacy.detect(text) is None


@pytest.mark.parametrize(
    "word", "nguyễn quyển khuỷu giường gì quý hoà hòa thuở nghiêng uyên yếu trường xoè ngoằn Đắc".split()
)
def test_syllables(word: str) -> None:
    assert is_syllable(word) and is_syllable(word.upper()) and is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize("word", "nguyÔn taù leõ tràch cá́ kzá ứớ ñaø vaên thốp1 éc̀".split())
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)
