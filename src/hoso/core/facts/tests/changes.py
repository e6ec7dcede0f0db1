"""Random changes of a small shape, numbered: what the store under test is given, and what it must then hold."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

from hoso.core.facts.shape import Shape
from hoso.core.facts.store import Store

SHAPE = Shape("trial", {"item": "INTEGER", "month": "INTEGER", "place": "INTEGER"}, ("item", "month", "place"))
Fact = tuple[int, int, int]
Facts = dict[Fact, tuple[int, int]]


def change(number: int, size: int = 40) -> dict[Fact, tuple[int, int] | None]:
    """The same for the same number; None takes a fact away."""
    random = Random(number)
    return {
        (random.randint(1, 5), random.randint(1, 4), random.randint(1, 30)): (
            None if random.random() < 0.2 else (random.randint(-(10**15), 10**15), random.randint(0, 3))
        )
        for _ in range(size)
    }


def written(path: Path, facts: dict[Fact, tuple[int, int] | None]) -> Path:
    lines = [",".join(map(str, (*fact, *(amount or ("", 0))))) for fact, amount in facts.items()]
    path.write_text("".join(line + "\n" for line in lines))
    return path


def take(store: Store, number: int) -> None:
    store.take(written(store.folder / "coming.csv", change(number)))
    store.stand_at((number, number), str(number))


def held_after(numbers: Iterable[int]) -> Facts:
    held: Facts = {}
    for number in numbers:
        for fact, amount in change(number).items():
            if amount is None:
                held.pop(fact, None)
            else:
                held[fact] = amount
    return held


def held(store: Store, items: Iterable[int] | None = None) -> Facts:
    with store.view(items) as view:
        rows = view.connection.execute(view.rows).fetchall()
    found = {row[:3]: row[3:] for row in rows}
    assert len(found) == len(rows), "a fact stands twice"
    return found


if __name__ == "__main__":  # the process that the test of kills kills
    import sys

    opened = Store(Path(sys.argv[1]), SHAPE)
    print("begun", opened.position[0], flush=True)
    for number in range(opened.position[0] + 1, 10**9):
        take(opened, number)
        print(number, flush=True)
        if number % 3 == 0:
            opened.compact()
