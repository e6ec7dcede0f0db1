"""Which sensitivity labels an answer shows: the readers of labelled rows say so, the audit event of the question asks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_shown: ContextVar[list[int] | None] = ContextVar("labels_shown", default=None)


class Shown:
    """The labels of what was read so far within one question."""

    def __init__(self, masks: list[int]) -> None:
        self._masks = masks

    @property
    def labels(self) -> int:
        """The mask of every label shown (core.access.labels)."""
        return self._masks[0]


@contextmanager
def watching_labels() -> Iterator[Shown]:
    """Collect what `note_labels` is told while one question is answered."""
    masks = [0]
    token = _shown.set(masks)
    try:
        yield Shown(masks)
    finally:
        _shown.reset(token)


def note_labels(masks: Iterable[int]) -> None:
    """Say that rows with these sensitivity masks are part of the answer. Outside a question it does nothing."""
    collected = _shown.get()
    if collected is not None:
        for mask in masks:
            collected[0] |= mask
