"""Under which names a commune may stand in an address: its own and those of the units above it, in every spelling we know."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.places.shipped_units import REFORM
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.nfc import to_nfc
from hoso.core.vietnamese.tones import normal_tone

_MARKS = re.compile(r"[^a-z0-9]+")
Names = tuple[str, ...]  # from the province down, plain and without kinds


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A commune, or a district that had none, under one of its spellings: with accents in `spelt`."""

    id: int
    kind: str
    spelt: str
    start: date
    end: date


def named_units() -> dict[Names, list[NamedUnit]]:
    """All that ever stood, by their names. Those above a unit begin and end no later than it does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, p.level, p.code, concat_ws(', ', p.full_name, above.full_name, top.full_name), p.valid_from, p.valid_to
            FROM places_place p JOIN places_place above ON above.id = p.parent_id
            LEFT JOIN places_place top ON top.id = above.parent_id
            WHERE p.level = 3 OR p.level = 2 AND NOT EXISTS (SELECT FROM places_place c WHERE c.parent_id = p.id)
            """
        )
        rows = cursor.fetchall()
    index, others = defaultdict[Names, list[NamedUnit]](list), _other_spellings()
    for id_, level, code, address, start, end in rows:
        for spelling in {address, others.get((level, code), address) if end == REFORM else address}:
            parts = [part.strip() for part in spelling.split(",")]
            kind, _ = kind_and_name(plain(parts[0]))
            names = tuple(kind_and_name(plain(part))[1] for part in reversed(parts))
            bare = " ".join(spelt(parts[0]).split()[len(kind.split()) :])
            index[names].append(NamedUnit(id_, kind, bare, start, end or date.max))
    return dict(index)


def _other_spellings() -> dict[tuple[int, str], str]:
    """(level, code) of units before the reform: their address as the crosswalk spells it, which differs for some seventy."""
    with (definitions_folder() / "places" / "crosswalk_commune_2025.csv").open(encoding="utf-8-sig") as lines:
        return {(3, row["old_commune_code"]): row["old_name"] for row in csv.DictReader(lines)}


def plain(text: str) -> str:
    """Without accents and marks; “Phường 01” and “Phường 1” are one."""
    words = _MARKS.sub(" ", fold(text)).split()
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


def spelt(text: str) -> str:
    """With accents, wherever the tone was put."""
    return " ".join(normal_tone(to_nfc(text)).casefold().split())


def kind_and_name(full_name: str) -> tuple[str, str]:
    """“xa thai my” to “xa” and “thai my”; plain text, the kind in full."""
    kind = max((kind for kind in words()["kinds"] if full_name.startswith(kind + " ")), key=len, default="")
    return kind, full_name[len(kind) :].strip()


def readings(part: str) -> Iterator[tuple[str, str]]:
    """(kind, name) as which a plain part can be read: “quan hoa” is a quận Hoa or a name without its kind."""
    read = [("", part)]
    for kind, forms in words()["kinds"].items():
        read += [(kind, part[len(form) + 1 :]) for form in forms if part.startswith(form + " ")]
    for kind, name in read:
        yield kind, name
        if common := words()["names"].get(name):
            yield kind, common


@cache
def words() -> dict[str, Any]:
    """`definitions/places/address_words.yaml`."""
    folder = definitions_folder() / "places"
    return read_definition(folder / "address_words.yaml", folder / "schema" / "address_words.json")
