"""Reading what hospital software posts: a form or JSON, and the file in it as base64."""

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.http import HttpRequest

from hoso.core.errors import HosoError

MOST_BYTES = 24 * 1024 * 1024  # of one body; the interface sends one HOSO, and bounds memory of a web process
MOST_FIELDS = 50
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def read_fields(request: HttpRequest) -> Mapping[str, str]:
    """The posted fields. Raises HosoError HS3304 for a body that is neither a form nor JSON, HS3306 for one too large."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        raise HosoError("HS3306", limit=str(MOST_BYTES // 1024**2))
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise HosoError("HS3306", limit=str(MOST_BYTES // 1024**2))
    try:
        text = body.decode("utf-8-sig")
        if request.content_type == "application/json":
            return _of_json(text)
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:  # UnicodeDecodeError and JSONDecodeError among them
        raise HosoError("HS3304", name="body") from None


def _of_json(text: str) -> dict[str, str]:
    try:
        given = json.loads(text)
    except RecursionError:
        raise ValueError from None
    pairs = given.items() if isinstance(given, dict) else None
    if pairs is None:
        raise ValueError
    return {str(name): str(value) for name, value in pairs if isinstance(value, str | int)}


def file_bytes(text: str) -> bytes:
    """The file in fileHSBase64. A plus sign that a form turned into a space is put back; URL-safe spelling is read too.

    Raises HosoError HS3012 for an empty one, HS3307 for what is no base64.
    """
    if not text.strip():
        raise HosoError("HS3012", file="fileHSBase64")
    try:
        compact = text.encode("ascii").replace(b"\r", b"").replace(b"\n", b"").replace(b"\t", b"")
        compact = compact.replace(b" ", b"+").translate(_URL_SAFE)
        return b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise HosoError("HS3307") from None
