"""An answer that there is nothing here leaves on a mark of time, so that how long it took to find nothing tells nobody
whether something is there and withheld: row security asks more about a row that it hides than about none.
"""

import time
from math import ceil

from hoso.core.errors import HosoError

STEP = 0.1  # seconds; more than finding nothing takes
NOTHING_HERE = frozenset({"HS4003", "HS5001"})


def hold_back(error: HosoError, began: float) -> None:
    """Wait until a whole number of steps went by since the request began (`time.perf_counter`), for such an error."""
    if error.code in NOTHING_HERE and STEP > 0:
        took = time.perf_counter() - began
        time.sleep(max(1, ceil(took / STEP)) * STEP - took)
