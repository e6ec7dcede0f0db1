"""Codes of one use: drawn at random, kept as a keyed digest bound to everything the code is for.

The key is not in the database, so its content alone cannot be searched for a code of six digits; and a digest written
for one person, practitioner, facility, visit or scope fits no other.
"""

import hmac
import secrets
from base64 import b32encode
from uuid import UUID

from django.utils.crypto import salted_hmac

PAPER_BYTES = 20  # 160 bits: a sheet lives for days and is read by a machine


def draw_code(digits: int) -> str:
    """So many random digits; leading zeros count."""
    return f"{secrets.randbelow(10**digits):0{digits}}"


def draw_paper_code() -> str:
    """A code for a sheet of paper: 32 capital letters and digits, none like another."""
    return b32encode(secrets.token_bytes(PAPER_BYTES)).decode()


def digest(code: str, salt: bytes, share_id: UUID, *bound: object) -> bytes:
    """The digest to keep. `bound` is what the code is for, in a fixed order."""
    said = "\x1f".join([str(share_id), salt.hex(), *map(str, bound), code])
    return salted_hmac("hoso.core.access.sharing", said, algorithm="sha256").digest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two digests are equal, in a time that tells nothing."""
    return hmac.compare_digest(one, other)
