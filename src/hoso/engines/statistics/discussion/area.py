"""The area of which something is said: its reader must read figures in all of it (`statistics_reads_all` of the database)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction

PURPOSE = "statistics"


@dataclass(frozen=True, slots=True)
class SaidOf:
    """`whole`: the country; `places` and `facilities` by their numbers."""

    whole: bool
    places: tuple[int, ...] = ()
    facilities: tuple[int, ...] = ()

    @property
    def columns(self) -> tuple[bool, list[int], list[int]]:
        return self.whole, list(self.places), list(self.facilities)


def area_of(units: Iterable[int]) -> SaidOf:
    """Of units by number: 0 is the country, a negative one a facility."""
    numbers = sorted(set(units))
    return SaidOf(0 in numbers, tuple(one for one in numbers if one > 0), tuple(-one for one in numbers if one < 0))


def reads_all(actor: Actor, area: SaidOf) -> bool:
    """Whether the actor reads figures in all of it."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT statistics_reads_all(%s, %s::bigint[], %s::bigint[])", [*area.columns])
        return bool(cursor.fetchone()[0])
