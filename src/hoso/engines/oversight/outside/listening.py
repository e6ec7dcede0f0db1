"""Listening for syslog over TLS (RFC 5425) on behalf of one source: many connections, one queue that is bounded, one who writes.

Syslog has no answer by which a sender would know that a message is kept. So what was received is written before more is read once
the queue is full: the sender then waits (TCP), and nothing is thrown away. A killed listener loses what it had read and not yet
written, at most the queue; who needs more sends by FHIR, where each request is acknowledged after the commit.
"""

import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hoso.engines.oversight.outside.frames import BrokenFrame, Frames, said

logger = logging.getLogger(__name__)
QUEUE = 10_000
BATCH = 1000
PATIENCE_SECONDS = 300.0
CONNECTIONS = 100


@dataclass
class Meter:
    """What was received and written so far; `lag` seconds between the two for the oldest of the last batch."""

    received: int = 0
    written: int = 0
    broken: int = 0
    lag: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Listener:
    """`serve` until `stop`; without `tls` in the clear, for this machine alone. `write` takes a batch of texts and raises where
    they could not be kept: they are tried again."""

    def __init__(
        self,
        listening: socket.socket,
        tls: ssl.SSLContext | None,
        write: Callable[[list[str]], object],
        size: int = QUEUE,
    ) -> None:
        self.meter = Meter()
        self._listening, self._tls, self._write = listening, tls, write
        self._waiting: queue.Queue[tuple[float, str]] = queue.Queue(size)
        self._stopping = threading.Event()
        self._slots = threading.Semaphore(CONNECTIONS)

    def serve(self) -> None:
        writer = threading.Thread(target=self._write_all, name="syslog-writer")
        writer.start()
        self._listening.settimeout(0.5)
        while not self._stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            except OSError:
                break
            self._slots.acquire()
            threading.Thread(target=self._receive, args=(connection,), daemon=True).start()
        self._listening.close()
        writer.join()

    def stop(self) -> None:
        """Take no more; what was received is written before `serve` returns."""
        self._stopping.set()

    def _receive(self, plain: socket.socket) -> None:
        try:
            plain.settimeout(PATIENCE_SECONDS)
            with self._tls.wrap_socket(plain, server_side=True) if self._tls else plain as connection:
                frames = Frames()
                while not self._stopping.is_set():
                    data = connection.recv(65_536)
                    for message in frames.feed(data) if data else filter(None, [frames.end()]):
                        self._waiting.put((time.monotonic(), said(message)))
                        with self.meter.lock:
                            self.meter.received += 1
                    if not data:
                        break
        except (OSError, BrokenFrame):
            with self.meter.lock:
                self.meter.broken += 1
        finally:
            plain.close()
            self._slots.release()

    def _write_all(self) -> None:
        while not (self._stopping.is_set() and self._waiting.empty()):
            batch = self._next_batch()
            while batch:
                try:
                    self._write([text for _, text in batch])
                except Exception as problem:  # noqa: BLE001 - whatever the database says: what was received is not let go
                    logger.warning("not written (%s), %d messages wait", type(problem).__name__, self._waiting.qsize())
                    if self._stopping.is_set():
                        return
                    time.sleep(1)
                    continue
                self.meter.lag = time.monotonic() - batch[0][0]
                self.meter.written += len(batch)
                break

    def _next_batch(self) -> list[tuple[float, str]]:
        try:
            batch = [self._waiting.get(timeout=0.2)]
        except queue.Empty:
            return []
        while len(batch) < BATCH:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch
