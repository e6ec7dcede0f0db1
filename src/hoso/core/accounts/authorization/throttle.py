"""A brake on guessing: so many failures in a window, then nothing is tried any more until it ends.

A key names the attacked and the attacker together (client and address): whoever guesses locks out themselves, not the
owner of what is guessed.
"""

import time
from datetime import timedelta

from hoso.core.accounts.rate_limits import count_try, is_used_up
from hoso.core.errors import HosoError

WINDOW = timedelta(minutes=15)
FAILURES_OF_ONE = 5  # of one name from one address
FAILURES_OF_ADDRESS = 50  # of one address, whatever names it tries


def refuse_when_throttled(name: str, address: str) -> None:
    """Raises HosoError HS2011 while too many attempts have failed. An empty name: only the address counts."""
    if any(is_used_up(key, limit, WINDOW) for key, limit in _limits(name, address)):
        seconds = int(WINDOW.total_seconds())
        raise HosoError("HS2011", seconds=seconds - int(time.time()) % seconds)


def count_failure(name: str, address: str) -> None:
    """Remember that an attempt failed. Not inside a transaction that is rolled back."""
    for key, limit in _limits(name, address):
        count_try(key, limit, WINDOW)


def _limits(name: str, address: str) -> list[tuple[str, int]]:
    of_address = (f"software:{address}", FAILURES_OF_ADDRESS)
    return [of_address, (f"software:{name}@{address}", FAILURES_OF_ONE)] if name else [of_address]
