"""A served house for clients that others wrote, and the person at its screen: requests that a browser would send."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urljoin
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests

PASSWORD = "Mot-mat-khau-dai-2026"


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve() -> Iterator[str]:
    """The house's own WSGI application at an address of this machine; yields it without a slash at the end."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    application = get_wsgi_application()

    def app(environ: Any, start_response: Any) -> Any:
        try:
            return [b"".join(application(environ, start_response))]
        finally:
            connections.close_all()  # of the server's thread: the test's database is dropped afterwards

    server = make_server("127.0.0.1", 0, app, handler_class=_Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Person:
    """Somebody who signs in with a password through the real page, and allows what an app asks for."""

    def __init__(self, base: str, username: str) -> None:
        self.session = requests.Session()
        self.base = base
        page = self.session.get(f"{base}/sign-in/")
        form = {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": _token(page.text)}
        answer = self.session.post(f"{base}/sign-in/", form, allow_redirects=False)
        assert answer.status_code == 302, answer.text

    def allow(self, address: str) -> str:
        """Open the app's question, press the button; returns the address that the browser is sent to."""
        page = self.session.get(address)
        assert "/oauth/decide" in page.text, f"{page.url} {page.text[-900:]}"
        (action,) = re.findall(r'<form method="post" action="(/oauth/decide[^"]+)"', page.text)
        form = {"decision": "allow", "csrfmiddlewaretoken": _token(page.text)}
        target = urljoin(self.base, action.replace("&amp;", "&"))
        answer = self.session.post(target, form, allow_redirects=False)
        return answer.headers["Location"]


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, f"no form at {time.ctime()}: {page[:300]}"
    return found[1]
