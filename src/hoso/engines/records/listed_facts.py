"""Lines of what is counted, one by one, for whoever may see the persons: those that count, and the labels they bear noted."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from hoso.core.audit.shown import note_labels

Facts = TypeVar("Facts")
FACTS = 6  # columns of a line that its facts are made of; its labels come next


def wanted_lines(
    lines: Iterable[Sequence[Any]], facts_of: Callable[[Sequence[Any]], Facts], wanted: Callable[[Facts], bool], limit: int
) -> list[tuple[Facts, Sequence[Any]]]:  # fmt: skip
    """The facts of the first `limit` lines that are `wanted`, each with what stands behind its labels."""
    found: list[tuple[Facts, Sequence[Any]]] = []
    for line in lines:
        if wanted(facts := facts_of(line[:FACTS])):
            found.append((facts, line))
            if len(found) == limit:
                break
    note_labels(line[FACTS] for _, line in found)
    return [(facts, line[FACTS + 1 :]) for facts, line in found]
