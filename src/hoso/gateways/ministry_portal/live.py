"""The portal over HTTPS, in the unofficial protocol of this folder's docstring; tried against `server.py` alone."""

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from hoso.core.messages.calls import CallFailed
from hoso.engines.records.ministry_portal.gateway import Answer, Listed, PortalSilent, Sending

PATIENCE_SECONDS = 30
MOST_ANSWER = 8 * 1024 * 1024
OF_THE_HOUSE = (401, 403, 429, 503)


class LivePortal:
    def __init__(self) -> None:
        self.url: str = settings.ENVIRONMENT["HOSO_MINISTRY_PORTAL_URL"]
        self.token: str = settings.ENVIRONMENT["HOSO_MINISTRY_PORTAL_TOKEN"]

    def send(self, sending: Sending) -> Answer:
        headers = {
            "Idempotency-Key": sending.key,
            "HoSo-Day": sending.day.isoformat(),
            "HoSo-Expected": ", ".join(one.hex() for one in sending.expected),
            "Content-Type": "application/fhir+json; charset=utf-8",
        }
        method = "PUT" if sending.body else "DELETE"
        status, told = self._ask(method, f"/documents/{quote(sending.name, safe='')}", headers, sending.body)
        if status in (200, 201):
            return Answer("accepted", _text(told, "receipt"))
        if status == 409:
            return Answer("different", theirs=_digest(told.get("sha256")))
        if status == 422:
            return Answer("refused", code=_text(told, "code"), text=_text(told, "text"))
        raise CallFailed(f"HTTP {status}")

    def listing(self, day: date) -> Iterator[Listed]:
        after = ""
        while True:
            words = {"day": day.isoformat(), **({"after": after} if after else {})}
            status, told = self._ask("GET", f"/documents?{urlencode(words)}", {}, b"")
            if status != 200 or not isinstance(told.get("documents"), list):
                raise CallFailed(f"HTTP {status}, no listing")
            for one in told["documents"]:
                held = isinstance(one, dict) and one.get("state") == "held"
                yield Listed(_text(one, "name"), _digest(one.get("sha256")) if held else None)
            following = _text(told, "next")
            if not following:
                return
            if following <= after:
                raise CallFailed("the listing goes round in circles")
            after = following

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer. Raises PortalSilent; what the portal said in other words is told to nobody."""
        parts = urlsplit(self.url)
        if not parts.hostname:
            raise PortalSilent("HOSO_MINISTRY_PORTAL_URL is not set")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=PATIENCE_SECONDS)
        known = {"Authorization": f"Bearer {self.token}", "User-Agent": "HoSo", "Connection": "close", **headers}
        try:
            connection.request(method, parts.path.rstrip("/") + path, body or None, known)
            response = connection.getresponse()
            content = response.read(MOST_ANSWER)
        except ssl.SSLError:
            raise PortalSilent("no secure connection (certificate)") from None
        except TimeoutError:
            raise PortalSilent(f"no answer within {PATIENCE_SECONDS} s") from None
        except (OSError, http.client.HTTPException, ValueError):
            raise PortalSilent("no connection") from None
        finally:
            connection.close()
        if response.status in OF_THE_HOUSE:
            raise PortalSilent(f"HTTP {response.status}")
        return response.status, _object(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(told: Any, name: str) -> str:
    value = told.get(name) if isinstance(told, dict) else None
    return value.replace("\0", "") if isinstance(value, str) else ""


def _digest(text: Any) -> bytes | None:
    """A SHA-256 in hex. Raises CallFailed for anything else."""
    try:
        found = bytes.fromhex(text)
    except (TypeError, ValueError):
        found = b""
    if len(found) != 32:
        raise CallFailed("an answer without a hash")
    return found
