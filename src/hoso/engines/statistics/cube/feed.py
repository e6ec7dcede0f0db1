"""Following the store of values: each act that was announced is read as its values stand now.

So the order of acts is nothing to the cube, and neither is reading one twice; what is visible is taken at once, also where an
older transaction still runs. The position that is kept lies before the first act that may still come.
"""

from typing import Any

from django.db import connection

from hoso.core.changes.outbox import Committed, committed_after, mark_at
from hoso.core.facts.store import Store
from hoso.engines.statistics.cube.facts import UNFIT, write_facts

TOPIC = "statistics.values"
ACTS = 500  # read together


class Feed:
    """Brings one store up to what the running transaction sees. Its transaction sees one moment (repeatable read)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._taken: set[tuple[int, int]] = set()  # positions after the kept one whose acts are in already

    def fits(self) -> bool:
        """Whether the store was made from this very database, in the state it is in or an earlier one."""
        position = self._store.position
        return position == (0, 0) or mark_at(TOPIC, position) == self._store.mark

    def catch_up(self) -> list[int]:
        """Take everything that was committed; gives the elements of which something changed."""
        changed: set[int] = set()
        with connection.cursor() as cursor:
            committed = committed_after(TOPIC, self._store.position)
            new = [one for one in committed if one.position not in self._taken]
            for start in range(0, len(new), ACTS):
                changed |= self._take(cursor, new[start : start + ACTS])
            self._settle(committed)
        return sorted(changed)

    def _take(self, cursor: Any, acts: list[Committed]) -> set[int]:
        path = self._store.folder / "coming.csv"
        unfit = write_facts(cursor, path, "v.act_id = ANY (%s)", [[one.payload["act"] for one in acts]])
        if unfit:
            self._store.note(**{UNFIT: sorted({*self._store.manifest.notes.get(UNFIT, ()), *unfit})})
        changed = self._store.take(path)
        path.unlink()
        self._taken |= {one.position for one in acts}
        return {*changed, *unfit}

    def _settle(self, committed: list[Committed]) -> None:
        """Move the position behind the acts before which none can come any more."""
        last = None
        for one in committed:
            if not one.settled:
                break
            last = one
        if last is not None:
            self._store.stand_at(last.position, last.mark)
            self._taken = {position for position in self._taken if position > last.position}
