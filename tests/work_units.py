"""How `pytest -n` shares the tests out: a file is one piece of work, all browser tests together are one.

What a file or the browser tests' house builds is then built once. (xdist's own `loadgroup` would do the same by a mark, but
writes the group to an attribute that pytest 9 no longer reads: every test was a piece by itself.)
"""

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

# Begun first, so that none of them is what everybody waits for at the end.
LONGEST = (
    "tests/browser/",
    "src/hoso/engines/statistics/cube/tests/test_random_answers.py",
    "tests/reporting_year/",
    "tests/conformance/test_figures_of_one_commune.py",
    "tests/faults/",
    "src/hoso/cli/",
)


class ByFile(LoadScopeScheduling):
    """Pieces of work are files; their order is that of the collection (`longest_first`)."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid.split("::", 1)[0]


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests so that the files known to be long come first; otherwise as they were found."""

    def place(item: pytest.Item) -> int:
        return next((at for at, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))

    items.sort(key=place)
