"""A house that is really served (`hoso serve` in its own process), and a browser's questions to it, timed."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

START_SECONDS = 60
STOP_SECONDS = 60
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@contextmanager
def serving(home: Path, workers: int = 0) -> Iterator[int]:
    """Serve this data folder on a free port of this machine, with so many web processes; 0: as is the default."""
    port = free_port()
    environment = {**os.environ, "HOSO_HOME": str(home), "HOSO_BIND": f"127.0.0.1:{port}"}
    if workers:
        environment["HOSO_WEB_WORKERS"] = str(workers)
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "serve"]
    with (home / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait_for(port, process, home)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the house is not served: see {home / 'serve.log'}") from None
            time.sleep(0.1)
        else:
            return


class Visitor:
    """Somebody signed in by name and password, asking over one kept connection."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._sign_in(username, password)

    def get(self, path: str) -> tuple[float, str]:
        """(milliseconds until the whole page is here, the page). Raises RuntimeError unless the answer is 200."""
        began = time.perf_counter()
        status, page = self._ask("GET", path)
        spent = (time.perf_counter() - began) * 1000
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return spent, page

    def post(self, path: str, form: dict[str, str]) -> tuple[float, str]:
        """The same of a form, with the token of the page last opened that had one. Raises RuntimeError unless it is 200."""
        began = time.perf_counter()
        status, page = self._ask("POST", path, urlencode({**form, "csrfmiddlewaretoken": self._token}))
        spent = (time.perf_counter() - began) * 1000
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return spent, page

    def _sign_in(self, username: str, password: str) -> None:
        self.get("/sign-in/")
        if not self._token:
            raise RuntimeError("the sign-in page has no form")
        form = {"login": username, "password": password, "csrfmiddlewaretoken": self._token}
        status, _ = self._ask("POST", "/sign-in/", urlencode(form))
        if status != 302 or "sessionid" not in self._cookies:
            raise RuntimeError(f"signing in as {username} answered {status}")

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value
        if (token := _TOKEN.search(page)) is not None:
            self._token = token[1]
        return answer.status, page


def make_account(username: str, kind: str, role: str, facility: str = "", *, place_id: int | None = None) -> str:
    """An account for measuring, in the opened house; an old one of this name makes way. Returns its password."""
    from hoso.core.accounts.actions import NewAccount, create_account, operator
    from hoso.core.accounts.models import Account
    from hoso.core.places.models import Facility

    for old in Account.objects.filter(username=username):
        old.username, old.is_active = f"{username}.{old.pk}", False
        old.save()
    facility_id = Facility.objects.get(code=facility).pk if facility else None
    new = NewAccount(username, f"{username} (đo)", kind, role, facility_id, place_id, ready=True)
    return create_account(operator("bench"), new).password
