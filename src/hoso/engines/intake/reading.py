"""Reading a package ahead of the process that files it: its visits in order, prepared by helper processes or in place."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import islice

from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.counting import CountedVisits
from hoso.engines.intake.preparing import PreparedVisit, prepare, prepare_chunk
from hoso.engines.intake.sent import RawVisit

AHEAD = 24  # chunks prepared ahead of the writer: two batches, so that neither waits for the other; bounds memory
CHUNK = 10  # visits a helper process gets at once


class Reading:
    """An open package from its mark on. `begin` has helpers work on it before its turn has come; it needs closing."""

    def __init__(self, sha256: bytes, file_name: str, stated: str | None, mark: int, executor: Executor | None) -> None:
        self.mark = mark
        self.raws: dict[int, RawVisit] = {}  # as they were sent, until they are forgotten
        self._stream = open_original(sha256)
        self.counted = CountedVisits(read_package(self._stream, file_name))
        self._readable = _Readable(islice(self.counted, mark, None))
        self._visits = PreparedVisits(iter(self._readable), stated, executor, self.raws)

    def begin(self) -> "Reading":
        """What cannot be read is told when its turn comes in the order of the visits."""
        self._visits.send_ahead()
        return self

    def __iter__(self) -> Iterator[PreparedVisit]:
        """The visits in order, up to where the file stops being readable."""
        return iter(self._visits)

    def check_whole(self) -> None:
        """To be asked when everything before is filed. Raises HosoError where the file stopped being readable."""
        if self._readable.error:
            raise self._readable.error

    def forget(self, upto: int) -> None:
        """Let go of what was filed."""
        for ordinal in [one for one in self.raws if one <= upto]:
            del self.raws[ordinal]

    def close(self) -> None:
        self._visits.cancel()
        self._stream.close()


class _Readable:
    """The visits up to where the file stops being readable; what stands before a cut is filed before it is refused."""

    def __init__(self, visits: Iterator[RawVisit]) -> None:
        self.visits = visits
        self.error: HosoError | None = None

    def __iter__(self) -> Iterator[RawVisit]:
        try:
            yield from self.visits
        except HosoError as error:
            self.error = error


@dataclass(slots=True)
class _Chunk:
    """Visits on their way: with a helper process, or prepared here."""

    visits: list[RawVisit]
    future: Future[list[PreparedVisit]]
    prepared: list[PreparedVisit] | None = None

    def result(self) -> list[PreparedVisit]:
        return self.future.result() if self.prepared is None else self.prepared


class PreparedVisits:
    """Prepared visits in order, made in place or by helper processes a few chunks ahead; what was sent is kept in `raws`."""

    def __init__(
        self, visits: Iterator[RawVisit], stated: str | None, executor: Executor | None, raws: dict[int, RawVisit]
    ) -> None:
        self._visits, self._stated, self._executor, self._raws = visits, stated, executor, raws
        self._ahead: deque[_Chunk] = deque()
        self._broken: Exception | None = None

    def __iter__(self) -> Iterator[PreparedVisit]:
        if self._executor is None:
            yield from self._in_place()
            return
        while True:
            self.send_ahead()
            if not self._ahead:
                break
            first = self._ahead.popleft()
            self._help_out(first)
            yield from first.result()
        if self._broken:
            raise self._broken

    def send_ahead(self) -> None:
        """Give the helpers as much as may wait; nothing without helpers. Does not raise."""
        if self._executor is None or self._broken:
            return
        try:
            while len(self._ahead) < AHEAD and (chunk := list(islice(self._visits, CHUNK))):
                self._raws.update((raw.ordinal, raw) for raw in chunk)
                self._ahead.append(_Chunk(chunk, self._executor.submit(prepare_chunk, chunk, self._stated)))
        except Exception as error:  # noqa: BLE001 - raised in its place by __iter__; the package before goes first
            self._broken = error

    def cancel(self) -> None:
        for chunk in self._ahead:
            chunk.future.cancel()

    def _in_place(self) -> Iterator[PreparedVisit]:
        for raw in self._visits:
            self._raws[raw.ordinal] = raw
            yield prepare(raw, self._stated)

    def _help_out(self, first: _Chunk) -> None:
        """While the next chunk is still with a helper, prepare here what no helper has begun, from the far end."""
        waiting = [chunk for chunk in self._ahead if chunk.prepared is None]
        while first.prepared is None and not first.future.done() and waiting:
            chunk = waiting.pop()
            if chunk.future.cancel():
                chunk.prepared = prepare_here(chunk.visits, self._stated)


def prepare_here(visits: list[RawVisit], stated: str | None) -> list[PreparedVisit]:
    return [prepare(raw, stated) for raw in visits]
