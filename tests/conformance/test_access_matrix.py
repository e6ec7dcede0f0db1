"""The authorisation matrix: every role, in every place, for its purposes and a wrong one, with every action, on a person of
every relation, with every label, through HTTP; each cell against the second policy of `tests/access_matrix/oracle.py`.

Here a short form (two kinds of resource). `make prove-matrix` passes the full one: 25 kinds.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from hoso.core.access.rules import role_reaches
from tests.access_matrix.oracle import Asker, Cell, may
from tests.access_matrix.urls import ACTIONS
from tests.access_matrix.world import KINDS, LABELS, RELATIONS, Matrix, askers, build
from tests.authorization.flow import signed_in
from tests.intaking import Intake

TOTALS: list[tuple[int, int]] = []  # cells, and those shown, of each role
FULL = os.environ.get("MATRIX") == "full"
ASKED_KINDS = KINDS if FULL else KINDS[:2]


@pytest.fixture(scope="module")
def matrix(filled: Callable[[], Intake]) -> Iterator[Matrix]:
    filled()
    yield build(ASKED_KINDS)


def _purposes(asker: Asker) -> list[str]:
    """Their own purposes, and one that is none of theirs."""
    own = sorted({purpose for role in asker.roles for purpose in role_reaches()[role].purposes})
    wrong = next(purpose for purpose in ("payment", "treatment") if purpose not in own)
    return [*own, wrong]


@pytest.mark.urls("tests.access_matrix.urls")
@pytest.mark.parametrize("roles", sorted({asker.roles for asker in askers()}), ids="+".join)
def test_every_cell(roles: tuple[str, ...], matrix: Matrix) -> None:
    cells, seen, wrong = 0, 0, []
    for asker, account in matrix.accounts.items():
        if asker.roles != roles:
            continue
        client = signed_in(account, second_factor=True)
        for purpose in _purposes(asker):
            for action in ACTIONS:
                answer = client.get(f"/matrix/{purpose}/{action}/")
                assert answer.status_code in (200, 403), answer.content
                found = set(answer.json()["ids"]) if answer.status_code == 200 else set()
                for relation in RELATIONS:
                    for label in LABELS:
                        expected = may(asker, Cell(purpose, action, relation, label))
                        shown = {kind for kind in ASKED_KINDS if f"{relation}.{label}.{kind}" in found}
                        cells += len(ASKED_KINDS)
                        seen += len(shown)
                        if shown != (set(ASKED_KINDS) if expected else set()):
                            wrong.append((asker, purpose, action, relation, label, expected, sorted(shown)))
    TOTALS.append((cells, seen))
    assert wrong == []


def test_the_matrix_is_whole() -> None:
    """Runs last: no role was left out, and there is as much that is shown as a policy that refuses all would lack."""
    cells, shown = (sum(numbers) for numbers in zip(*TOTALS, strict=True))
    print(f"\n{cells:,} cells, {shown:,} of them shown")
    assert len(TOTALS) == len({asker.roles for asker in askers()})
    assert cells > 20_000
    assert shown > cells / 200
