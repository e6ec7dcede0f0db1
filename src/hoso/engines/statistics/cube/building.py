"""The cube written anew from the store of values, some million values at a time; stopped or killed, it goes on."""

from collections.abc import Callable, Iterator

from django.db import connection

from hoso.core.accounts.machines import facts_service_id
from hoso.core.changes.outbox import settled_position
from hoso.core.database.session import acting_transaction
from hoso.core.facts.building import Building
from hoso.engines.statistics.cube.facts import UNFIT, write_facts
from hoso.engines.statistics.cube.feed import TOPIC

PURPOSE = "statistics"
VALUES_A_PIECE = 1_000_000
Progress = Callable[[int, int], None]


def build(
    building: Building, progress: Progress = lambda done, total: None, stopping: Callable[[], bool] = lambda: False
) -> bool:
    """Read everything that is not in `building` yet; says whether it is whole. What is written meanwhile is announced after
    the position at which it began, and taken from the feed."""
    if not building.begun:
        with acting_transaction(facts_service_id(), PURPOSE):
            building.begin(*settled_position(TOPIC))
    with acting_transaction(facts_service_id(), PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT element_id, count(*) FROM statistics_value GROUP BY 1 ORDER BY 1")
        counts = dict(cursor.fetchall())
    total, done = sum(counts.values()), sum(counts.get(one, 0) for one in building.done)
    progress(done, total)
    for piece in _pieces({element: number for element, number in counts.items() if element not in set(building.done)}):
        if stopping():
            return False
        path = building.folder / "coming.csv"
        with acting_transaction(facts_service_id(), PURPOSE), connection.cursor() as cursor:
            unfit = write_facts(cursor, path, "v.element_id = ANY (%s)", [piece])
        notes = {**building.notes, UNFIT: sorted({*building.notes.get(UNFIT, ()), *unfit})}
        building.add(piece, path, notes)
        path.unlink()
        done += sum(counts[one] for one in piece)
        progress(done, total)
    return True


def _pieces(counts: dict[int, int]) -> Iterator[list[int]]:
    piece: list[int] = []
    values = 0
    for element, number in counts.items():
        if piece and values + number > VALUES_A_PIECE:
            yield piece
            piece, values = [], 0
        piece.append(element)
        values += number
    if piece:
        yield piece
