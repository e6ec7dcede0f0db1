"""What a decision says: its header and its changes, as read from a file and as kept."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hoso.core.places.models import Place


@dataclass(frozen=True, slots=True)
class Header:
    """Number, day of signing, first day in force, and where the text was obtained."""

    number: str
    decided_on: date
    in_force_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """One row: what becomes of one unit (or of one part of it). `share`: the part of the old unit's people, 0 to 1."""

    row: int
    action: str  # opened, closed, merged, split, renamed
    level: Place.Level
    old_code: str
    new_code: str
    new_name: str
    new_name_en: str
    parent_code: str
    share: Decimal | None
    share_source: str
    facilities: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A decision that was taken in. `state`: draft, approved, applied, undone, dropped."""

    id: int
    header: Header
    state: str
    imported_at: datetime
    imported_by: str
    approved_at: datetime | None
    approved_by: str | None
    applied_at: datetime | None
    hindered_by: str | None
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None
    changes: tuple[Change, ...] = ()
