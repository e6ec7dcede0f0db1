"""What every way in that runs by itself (a watched folder, a server that is asked) shares: an administrator changes it."""

from dataclasses import dataclass

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.accounts.managing import managing, record
from hoso.core.errors import HosoError


@dataclass(frozen=True)
class WayIn:
    """Its table, what its event calls it, and the error where there is none of that number."""

    table: str
    told: str
    missing: str

    def change(self, actor: Actor, number: int, change: str, told: str) -> None:
        """Set columns of one that has not ended; one event about the account in whose name it sends. Raises HosoError."""
        with managing(actor), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table} SET {change} WHERE id = %s AND ended_at IS NULL RETURNING account_id", [number]
            )
            row = cursor.fetchone()
            if row is None:
                raise HosoError(self.missing, number=number)
            record(actor, "update", row[0], f"{self.told} {number} {told}")

    def end(self, actor: Actor, number: int) -> None:
        """It is used no more."""
        self.change(actor, number, "ended_at = clock_timestamp()", "ended")

    def switch(self, actor: Actor, number: int, *, on: bool, also: str = "") -> None:
        """Leave it alone for now, or go on. `also`: further columns set where it goes on."""
        change = f"paused_at = NULL{also}" if on else "paused_at = coalesce(paused_at, clock_timestamp())"
        self.change(actor, number, change, "switched on" if on else "switched off")
