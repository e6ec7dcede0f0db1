"""What a working life is made from. Every number is the project's assumption: no labelled set of accesses to health records is
public, so nothing here was fitted to a real hospital."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Settings:
    """Size, time and manners. `unlinked`: share of accesses to somebody in care whose link to the reader nobody wrote down;
    `stray`: share to somebody who is not in care at all (a telephone call, a wrong number); `lost_rota`: shifts missing from
    the rota; `each`: injections of each kind and intensity, and of each look-alike; `reorganised`: after so many
    days some wards are merged into others."""

    seed: int = 1
    accounts: int = 300
    days: int = 90
    start: date = date(2026, 1, 5)
    persons_per_account: int = 40
    nights_every: int = 4  # days between two night shifts of a nurse
    hospitals: int = 2
    unlinked: float = 0.04
    stray: float = 0.003
    lost_rota: float = 0.01
    each: int = 1
    misuse: bool = True
    reorganised: int | None = None
