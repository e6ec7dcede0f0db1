"""Ids in the manner of DHIS2, made of a name: the same name gives the same id in every installation.

The database has the same function (`statistics_uid`); a test holds the two together.
"""

import re
from hashlib import sha256

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")

DEFAULT_COMBO = "bjDvmb4bfuf"
DEFAULT_SPLIT = "HllvX50cXC0"


def uid_of(name: str) -> str:
    """Eleven letters and digits that begin with a letter."""
    digest = sha256(name.encode()).digest()
    return LETTERS[digest[0] % 52] + "".join(LETTERS[byte % 62] for byte in digest[1:11])


def split_uid(combo: str, options: list[str]) -> str:
    """The id of one option of each dimension: of the combo's and the options' own ids, in whatever order they are told."""
    return uid_of(f"split:{combo}:{','.join(sorted(options))}")
