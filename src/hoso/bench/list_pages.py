"""Pages asked of this process, with policy and row security and without either."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 5
HOST = "127.0.0.1"


@contextmanager
def without_locks() -> Iterator[None]:
    """The default connection is the owner's, whom row security does not hold, and the policy lets every row through."""
    from django.db import connections

    from hoso.core.access import policy

    ordinary, decide = connections["default"], policy.decide
    connections["default"] = connections["owner"]
    policy.decide = lambda actor, permission, purpose: everything(actor.roles[0])
    try:
        yield
    finally:
        connections["default"], policy.decide = ordinary, decide


def everything(role: Any) -> Any:
    """A scope without a condition."""
    from hoso.core.access import policy

    class Everything(policy.Scope):
        def persons(self, alias: str, of_visits: bool = False) -> str:
            return "TRUE"

        def facilities(self, alias: str) -> str:
            return "TRUE"

    return Everything(role)


class Visitor:
    """Somebody signed in, who opens pages both ways in turn. Raises RuntimeError for a page that is not shown."""

    def __init__(self, username: str, password: str) -> None:
        from django.conf import settings
        from django.test import Client

        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)  # `serve` fills it; a missing one is warned about
        self._client = Client(SERVER_NAME=HOST)
        answer = self._client.post("/sign-in/", {"login": username, "password": password})
        if answer.status_code != 302:
            raise RuntimeError(f"signing in as {username} answered {answer.status_code}")

    def shown(self, paths: Sequence[str], most: int) -> list[str]:
        """The first of these pages that the visitor gets to see: a visit that is withheld has no cost to compare."""
        found = (path for path in paths if self._client.get(path).status_code == 200)
        return list(islice(found, most))

    def times(self, paths: Sequence[str]) -> tuple[float, float]:
        """Seconds for all pages: with neither lock, with both; the median of each page's rounds, added up."""
        totals = [0.0, 0.0]
        for path in paths:
            spent: list[list[float]] = [[], []]
            for _ in range(ROUNDS):
                with without_locks():
                    spent[0].append(self._seconds(path))
                spent[1].append(self._seconds(path))
            for which in (0, 1):
                totals[which] += median(spent[which])
        return totals[0], totals[1]

    def _seconds(self, path: str) -> float:
        began = time.perf_counter()
        status = self._client.get(path).status_code
        spent = time.perf_counter() - began
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return spent
