"""Resources as JSON, with the digits of numbers as they were sent."""

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")


def as_json(resource: dict[str, Any]) -> bytes:
    return _encoder.encode(resource)
