"""Where the time of a process goes: functions wrapped with a clock, each step without the steps inside it."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any


class Stopwatch:
    """Seconds by step. `wrap` replaces an attribute of a class or module for the life of this process."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside: list[float] = []  # seconds of the steps inside each open step

    def wrap(self, owner: Any, attribute: str, step: str) -> None:
        """Count calls of this function as `step`; what a generator does between its items counts too."""
        original: Callable[..., Any] = getattr(owner, attribute)

        @wraps(original)
        def timed(*arguments: Any, **named: Any) -> Any:
            result = self._time(step, lambda: original(*arguments, **named))
            return self._timed_items(step, result) if isinstance(result, Iterator) else result

        setattr(owner, attribute, timed)

    def _timed_items(self, step: str, items: Iterator[Any]) -> Iterator[Any]:
        end = object()
        while (item := self._time(step, lambda: next(items, end))) is not end:
            yield item

    def _time(self, step: str, call: Callable[[], Any]) -> Any:
        self._inside.append(0.0)
        began = time.perf_counter()
        try:
            return call()
        finally:
            spent = time.perf_counter() - began
            self.seconds[step] += spent - self._inside.pop()
            if self._inside:
                self._inside[-1] += spent
