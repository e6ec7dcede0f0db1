"""The cookie of a browser that has signed in before: it lets its owner in while strangers have used up their tries."""

import secrets
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hoso.core.accounts.wrong_tries import STRANGER, name_hash

COOKIE, SALT = "hoso_device", "hoso.device"
AGE_SECONDS = 180 * 24 * 3600
MOST_NAMES = 12  # people who share one computer


def device_of(request: HttpRequest, name: str) -> str:
    """The device under this name, empty for a browser that never signed in under it."""
    secret = _read(request).get(name_hash(name)[:16], "")
    return sha256(secret.encode()).hexdigest() if secret else STRANGER


def remember_device(request: HttpRequest, response: HttpResponseBase, name: str) -> None:
    """Give the browser a cookie that says it has signed in under this name."""
    known = _read(request)
    known[name_hash(name)[:16]] = known.pop(name_hash(name)[:16], "") or secrets.token_urlsafe(16)
    kept = dict(list(known.items())[-MOST_NAMES:])
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=AGE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def _read(request: HttpRequest) -> dict[str, str]:
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE_SECONDS)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}
