"""The signature of a call: HMAC-SHA-256 with the sender's secret over the moment, a full stop, and the body.

X-HoSo-Timestamp: seconds since 1970, of this attempt
X-HoSo-Signature: v1=<64 hex digits>
X-HoSo-Delivery:  number of the call, the same in every attempt

The receiver computes the same over the bytes received, compares in constant time, refuses a moment more than five minutes
away, and takes a number it has seen before for done.
"""

import hmac
from hashlib import sha256


def signature(secret: str, moment: int, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()


def headers(secret: str, moment: int, body: bytes, delivery: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "HoSo",
        "X-HoSo-Timestamp": str(moment),
        "X-HoSo-Signature": signature(secret, moment, body),
        "X-HoSo-Delivery": str(delivery),
    }
