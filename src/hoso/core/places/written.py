"""The commune that a written address names: “Tổ 5, Xã Thái Mỹ, Huyện Củ Chi, TP.HCM”.

Only the last parts count, and only together: the commune with its district and province of before 2025-07-01, or with its
province of since then. What names several units names none.
"""

import re
import time
from datetime import date
from functools import lru_cache
from itertools import product

from hoso.core.places.address_names import NamedUnit, Names, named_units, plain, readings, spelt, words
from hoso.core.places.queries import now_id

FRESH_SECONDS = 300  # how long this process may not see that a decision on units was applied
LONGEST = 500  # characters of an address that are looked at
_PARTS = re.compile(r"[,;]")


def written_place(address: str, day: date) -> int:
    """Id of what the commune is today (itself where it was split since); 0 where no single one is meant.

    An address with a district is of the time when there were districts, whenever it is written: people go on doing so.
    """
    return _written(address[-LONGEST:], day, int(time.monotonic() // FRESH_SECONDS)) if address.strip() else 0


def forget() -> None:
    """What this process remembers of the units."""
    _written.cache_clear()
    _index.cache_clear()


@lru_cache(maxsize=16384)
def _written(address: str, day: date, since: int) -> int:
    parts = [part for part in _PARTS.split(address) if plain(part)]
    if parts and plain(parts[-1]) in words()["countries"]:
        parts.pop()
    for count in (3, 2):  # commune, district, province; commune (or an island without communes), province
        if len(parts) >= count and (found := _called(parts[-count:], day, since)):
            return now_id(found.pop()) if len(found) == 1 else 0
    return 0


def _called(parts: list[str], day: date, since: int) -> set[int]:
    names = [list(readings(plain(part))) for part in reversed(parts)]
    found = [
        unit
        for keys in product(*names)
        for unit in _index(since).get(tuple(name for _, name in keys), ())
        if keys[-1][0] in ("", unit.kind)
    ]
    written = spelt(parts[0])  # Minh Quân and Minh Quán lie in one district
    found = [unit for unit in found if written.endswith(unit.spelt)] or found
    standing = [unit for unit in found if unit.start <= day < unit.end]
    latest = max((unit.end for unit in found), default=date.max)  # names are used early, and for months after
    return {unit.id for unit in standing or found if standing or unit.end == latest}


@lru_cache(maxsize=2)
def _index(since: int) -> dict[Names, list[NamedUnit]]:
    return named_units()
