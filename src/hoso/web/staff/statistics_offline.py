"""Forms without a line: what the browser may keep of them, the worker that keeps it, what it can judge by itself.

Only an answer with the header HoSo-Offline is kept, and only for the account that it names: pages with persons never have it.
"""

import hashlib
import json
import time
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from hoso.engines.statistics.forms import Form
from hoso.engines.statistics.hints import Key, checks_of
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

KEEP = "HoSo-Offline"
WORKER = "hoso/offline_worker.js"
# What the kept pages are made of; the version of the kept copies is that of these files.
FILES = (
    "hoso/hoso.css", "hoso/sheet.css", "hoso/mark.svg", "vendor/htmx.min.js", "hoso/keys.js", "hoso/leaving.js", "hoso/offline_pages.js",
    "hoso/sheet.js", "hoso/sheet_hints.js", "hoso/sheet_story.js", "hoso/sheet_paste.js", "hoso/pasted_figures.js",
    "hoso/waiting_banner.js", "hoso/waiting_cells.js", "hoso/waiting_store.js",
)  # fmt: skip


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It lies where its scope begins, /statistics/: pages of the record are out of its reach."""
    told = {"VERSION": _version(), "FILES": [static(name) for name in FILES], "HOURS": hours()}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    answer = HttpResponse(head + _text(WORKER).decode(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


def kept(request: ActingRequest, answer: HttpResponse) -> HttpResponse:
    """The page, marked as one that the browser of this account may keep for when there is no line."""
    answer[KEEP] = str(request.actor.account_id)
    return answer


def context(request: ActingRequest, *, keeps: bool) -> dict[str, Any]:
    """What the banner of waiting cells needs on a page; `keeps`: whether the page itself is `kept`."""
    return {"waiting_account": request.actor.account_id, "offline_hours": hours(), "keeps": keeps}


def hours() -> int:
    """How long cells and pages wait in a browser."""
    return int(settings.ENVIRONMENT["HOSO_OFFLINE_HOURS"])


def now() -> int:
    """The time of this house as the pages compare it: milliseconds, never with the clock of a browser."""
    return time.time_ns() // 1_000_000


def checks(form: Form) -> list[dict[str, Any]]:
    """The checks of a form, in the language of the page, for sheet_hints.js. Those between forms need the house."""
    return [
        {
            "kind": check.kind,
            "whole": [_cell(key) for key in check.whole],
            "part": [_cell(key) for key in check.part],
            "text": spoken((check.vi, check.en)),
        }
        for check in checks_of(form)
    ]


def _cell(key: Key) -> str:
    """The id of the cell on the page."""
    return f"{key[0]}.{','.join(key[1])}"


@cache
def _version() -> str:
    mixed = hashlib.sha256()
    for name in (*FILES, WORKER):
        mixed.update(_text(name))
    return mixed.hexdigest()[:12]


def _text(name: str) -> bytes:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    with open(path, "rb") as file:
        return file.read()
