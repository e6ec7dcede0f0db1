"""Argon2 as the house uses it, but cheap: a test that signs in has another subject than the cost of a guess.

Processes that tests start (`hoso serve` and the commands) read the shipped settings, and with them the real cost.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """One pass over eight kilobytes instead of two over a hundred megabytes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1

    def must_update(self, encoded: str) -> bool:
        """Never: a house under test may hold passwords that another process has hashed at the real cost."""
        return False
