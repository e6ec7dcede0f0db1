"""Single decisions of the policy: may this account do this with this record, and by which rule.

Accounts of every role at a facility or in a place, records with and without labels, in care or not; the functions are
made once for each account, purpose and action, as one request does, and asked about many records.
"""

import time
from random import Random

from hoso.bench.figure import Figure, Size
from hoso.bench.tables import print_table
from hoso.core.access.decisions import Facts
from hoso.core.access.rules import State

RECORDS = 2_000
ROUNDS = {"small": 5, "full": 50}


def measure(size: Size) -> Figure:
    """Decisions a second in one process; beside it, how long one function takes to make."""
    from hoso.core.access.decisions import decider
    from hoso.core.access.labels import labels
    from hoso.core.access.reach import Assignment, reaches
    from hoso.core.access.rules import role_reaches, shipped_rules

    rng, rules = Random("decisions"), shipped_rules()
    asked = [
        (Assignment(role, 1 if where else None, None if where else 10, known.everywhere, known.sees_persons), purpose, action)
        for role, known in sorted(role_reaches().items()) if known.sees_persons
        for purpose in sorted(known.purposes) for action in sorted(known.permissions)
        for where in (True, False)
    ]  # fmt: skip
    records = [_record(rng, [label.mask for label in labels().values()]) for _ in range(RECORDS)]
    began = time.perf_counter()
    functions = [decider(reaches(rules, [held], purpose, action), action) for held, purpose, action in asked]
    making = (time.perf_counter() - began) / len(functions)
    permitted, began = 0, time.perf_counter()
    for _ in range(ROUNDS[size]):
        for decide in functions:
            permitted += sum(decide(record).permitted for record in records)
    count = ROUNDS[size] * len(functions) * len(records)
    rate = count / (time.perf_counter() - began)
    print_table(
        ("accounts × purposes × actions", "decisions", "permitted %", "µs to make a function"),
        [[len(functions), count, round(100 * permitted / count), round(making * 1e6)]],
    )
    return Figure("access-decision", rate, "decisions/s", details={"making_us": making * 1e6, "permitted": permitted})


def _record(rng: Random, masks: list[int]) -> Facts:
    mask = rng.choice(masks) if rng.random() < 0.2 else 0
    states: tuple[State, ...] = ("in_treatment", "closed")
    cares = frozenset({(rng.randrange(1, 5), rng.choice(states))})
    return Facts(rng.randrange(1, 10_000), mask, "v", frozenset({rng.randrange(8, 14)}), cares)
