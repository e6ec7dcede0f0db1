"""The process that holds the cube: it follows the store of values, answers questions, and builds the cube anew when told.

Before each question it takes what was committed until the question came, so an answer is never older than its question.
While it cannot, it says so, and the store of values answers instead.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from django.db import Error, close_old_connections, connection, transaction

from hoso.core.accounts.machines import facts_service_id
from hoso.core.database.session import set_actor
from hoso.core.facts.building import Building
from hoso.core.facts.serving import Serving
from hoso.core.facts.store import Store
from hoso.engines.statistics.cube.building import PURPOSE, build
from hoso.engines.statistics.cube.cube import Cube, Unanswered
from hoso.engines.statistics.cube.facts import SHAPE, facts_folder
from hoso.engines.statistics.cube.question import Asked

log = logging.getLogger(__name__)
LOOK_SECONDS, RULES_SECONDS = 0.25, 1.0
PATIENCE_SECONDS = 2.0  # how long a question waits for the cube to catch up
MOST_CHANGES = 100_000  # in memory before they are written to segments
STILL_SECONDS = 900.0  # sooner when nothing came for so long
BEHIND = {"behind": True}


@contextmanager
def as_facts_service() -> Iterator[None]:
    """A transaction of the service that sees one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        set_actor(facts_service_id(), PURPOSE)
        yield


class Holder:
    """Of the cube of one house. Raises HosoError HS1006 where another process holds it."""

    def __init__(self, home: Path) -> None:
        self.store = Store(facts_folder(home), SHAPE)
        self.cube = Cube(self.store)
        self._serving = Serving(self.store.folder, self._answer)
        self._turn = threading.Condition()
        self._begun = self._ended = 0  # catch-ups; `_ended` is the last one that went well
        self._asked = threading.Event()
        self._ready = False
        self._build: threading.Thread | None = None
        self._built: Building | None = None
        self._compaction: threading.Thread | None = None
        self._progress = (0, 0)
        self._stopping: Callable[[], bool] = lambda: False
        self._last_change, self._last_rules = time.monotonic(), 0.0

    def run_until(self, stopping: Callable[[], bool]) -> None:
        """Hold the cube until told to stop; what lies in memory is then written to segments."""
        self._stopping = stopping
        self._serving.start()
        try:
            while not stopping():
                asked = self._asked.wait(LOOK_SECONDS)
                self._asked.clear()
                try:
                    self._look_around(asked)
                except Error:
                    log.warning("the cube cannot read the database; it tries again", exc_info=True)
                    self._ready = False
                    close_old_connections()
                    time.sleep(1.0)
        finally:
            self._serving.stop()
            for thread in (self._build, self._compaction):
                if thread is not None:
                    thread.join()
            if self._ready:
                self.store.compact()
            self.store.close()

    def _look_around(self, asked: bool) -> None:
        self._end_building()
        if not self._ready and not self._begin():
            return
        self._begun += 1
        began = self._begun
        with as_facts_service():
            if self.cube.keep_up():
                self._last_change = time.monotonic()
            if not self._last_rules or asked and time.monotonic() - self._last_rules > RULES_SECONDS:
                self.cube.refresh_rules()
                self._last_rules = time.monotonic()
        with self._turn:
            self._ended = began
            self._turn.notify_all()
        if self._compaction is None or not self._compaction.is_alive():
            waiting = self.store.changes_waiting()
            still = time.monotonic() - self._last_change > STILL_SECONDS
            if waiting > MOST_CHANGES or (waiting and still):
                self._compaction = threading.Thread(target=self.store.compact, name="compact")
                self._compaction.start()

    def _begin(self) -> bool:
        """Whether the store can be followed: one that is empty, or of another database, is built first."""
        if self._build is not None:
            return False
        with as_facts_service():
            fits = not self.store.fresh and self.cube.feed.fits()
        if not fits:
            self._start_building()
            return False
        self._last_rules, self._ready = 0.0, True
        return True

    # --- building anew ---

    def _start_building(self) -> None:
        def run() -> None:
            building = Building(self.store)
            try:
                if build(building, self._tell_progress, self._stopping):
                    self._built = building
            except Exception:
                log.exception("the cube could not be built; it is tried again")
                time.sleep(1.0)
            finally:
                connection.close()

        self._built = None
        self._build = threading.Thread(target=run, name="build")
        self._build.start()

    def _tell_progress(self, done: int, total: int) -> None:
        self._progress = (done, total)

    def _end_building(self) -> None:
        if self._build is None or self._build.is_alive():
            return
        if self._compaction is not None:
            self._compaction.join()
        self._build = None
        if self._built is not None:
            self.cube.stand_on(self._built)
            self._built, self._last_rules, self._ready = None, 0.0, True

    # --- answering ---

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["do"] == "state":
            return self._state()
        if question["do"] == "rebuild":
            if self._build is None:
                self._start_building()
            return self._state()
        if not self._caught_up():
            return BEHIND
        if question["do"] == "digest":
            return {"digest": self.store.digest()}
        try:
            return {"told": self.cube.answer(msgspec.convert(question["asked"], Asked))}
        except Unanswered:
            return {"unfit": True}

    def _caught_up(self) -> bool:
        """Wait until what was committed before now is in."""
        with self._turn:
            wanted = self._begun + 1
            self._asked.set()
            return self._turn.wait_for(lambda: self._ended >= wanted, PATIENCE_SECONDS)

    def _state(self) -> dict[str, Any]:
        return {
            "ready": self._ready and self.cube.known, "building": self._build is not None, "done": self._progress[0], "total": self._progress[1],
            "facts": self.store.manifest.facts, "waiting": self.store.changes_waiting(), "bytes": self.store.disk_bytes(),
            "segments": len(self.store.manifest.segments),
        }  # fmt: skip
