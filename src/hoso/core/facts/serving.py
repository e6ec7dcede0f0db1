"""The end of the socket that answers: one thread for each question; only this machine's own user reaches it."""

import logging
import os
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hoso.core.facts.messages import receive, send, socket_path

log = logging.getLogger(__name__)
Answer = Callable[[dict[str, Any]], dict[str, Any]]


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


class Serving:
    """Answers questions with a function until stopped. A question that fails is answered with `failed`, and logged."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        path = socket_path(folder)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.parent.stat().st_uid != os.geteuid():
            raise PermissionError(f"{path.parent} belongs to somebody else")
        path.unlink(missing_ok=True)  # of a holder that was killed: whoever opened the store is the only one
        self._server = _Server(str(path), _handler(answer))
        path.chmod(0o600)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._path = path

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._path.unlink(missing_ok=True)
        self._server.shutdown()
        self._server.server_close()


def _handler(answer: Answer) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                question = receive(self.request)
            except ConnectionError:
                return
            try:
                told = answer(question)
            except Exception as error:
                log.exception("a question to the facts failed")
                told = {"failed": type(error).__name__}
            try:
                send(self.request, told)
            except ConnectionError:
                log.info("whoever asked the facts did not wait for the answer")

    return Handler
