"""The half-yearly review of accounts (TCVN 14423 cl. 5.5, secondary source): looked through, signed off, kept as it was."""

import csv
import io
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.accounts.managing import managing, record
from hoso.core.accounts.models import Review
from hoso.core.accounts.queries import review_lines
from hoso.core.errors import HosoError

COLUMNS = ("username", "full_name", "kind", "owner", "active", "lock_reason", "second_factor", "roles", "last_sign_in")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sign_review(actor: Actor, note: str, lines: Callable[[], list[dict[str, Any]]] = review_lines) -> Review:
    """Sign the list as it is now; `lines` gives it, inside the transaction. Raises HosoError as `managing`, HS2213 without a note of what was found."""
    if not note.strip():
        raise HosoError("HS2213")
    with managing(actor):
        review = Review.objects.create(
            signed_by_id=actor.account_id, signed_at=timezone.now(), note=note.strip()[:2000], lines=lines()
        )
        record(actor, "create", actor.account_id, f"review of {len(review.lines)} accounts signed")
    return review


def review_csv(lines: list[dict[str, Any]]) -> str:
    """The list as CSV with a byte-order mark; a cell that a spreadsheet would take for a formula is made text."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([_cell(line.get(name, "")) for name in COLUMNS])
    return "\ufeff" + target.getvalue()


def _cell(value: Any) -> str:
    text = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
