"""Random questions: the cube, the database and a slow second implementation answer the same, for whoever asks."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.facts.store import Store
from hoso.engines.statistics.analytics.question import Figures, Operand, Scope
from hoso.engines.statistics.analytics.reported import AGGREGATIONS, reported_figures
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.cube.cube import Cube
from hoso.engines.statistics.cube.facts import SHAPE
from hoso.engines.statistics.cube.figures import read_answer
from hoso.engines.statistics.cube.question import Asked, Told, asked
from hoso.engines.statistics.cube.tests.askers import askers_of
from hoso.engines.statistics.cube.tests.slow_cube import SlowCube
from hoso.engines.statistics.cube.tests.world import make_world, question, report

pytestmark = pytest.mark.django_db
EXACT = frozenset(AGGREGATIONS) - {"VARIANCE", "STDDEV"} - {way for way in AGGREGATIONS if "AVERAGE" in way}


@pytest.fixture
def cube(tmp_path: Path) -> Iterator[Cube]:
    store = Store(tmp_path / "facts", SHAPE)
    yield Cube(store)
    store.close()


def from_cube(cube: Cube, operands: list[Operand], scope: Scope) -> Figures:
    """As it goes over the socket."""
    found: Figures = {}
    for way in {one.aggregation for one in operands}:
        together = [one for one in operands if one.aggregation == way]
        sent = msgspec.msgpack.decode(msgspec.msgpack.encode(asked(together, scope)), type=Asked)
        told = msgspec.msgpack.decode(msgspec.msgpack.encode(cube.answer(sent)), type=Told)
        found |= read_answer(told, together, scope)
    return found


def _same(one: Decimal, other: Decimal, way: str) -> bool:
    return one == other if way in EXACT else abs(one - other) <= Decimal("1e-11") * (1 + abs(one))


def compare(operands: list[Operand], scope: Scope, one: Figures, other: Figures) -> int:
    """Gives how many figures were compared."""
    for operand in operands:
        label = operand.label
        assert one[label].keys() == other[label].keys(), (operand, scope)
        for cell, figure in one[label].items():
            assert _same(figure, other[label][cell], operand.aggregation), (operand, scope, cell)
    return sum(map(len, one.values()))


@pytest.mark.parametrize("seed", range(3))
def test_the_cube_the_database_and_the_slow_one_agree(
    actor: Callable[..., Actor], cube: Cube, seed: int, request: pytest.FixtureRequest
) -> None:
    random, compared = Random(seed), 0
    questions = request.config.getoption("--questions")
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        world = make_world(read_catalogue())
    askers = [one.account_id for one in askers_of(actor, world)]
    for round_ in range(4):
        with acting_transaction(askers[0], "statistics"):
            report(world, random, 0.25 if round_ == 0 else 0.05, 6)
            cube.keep_up()
            cube.refresh_rules()
            if round_ % 2:
                cube.store.compact()
        slow: dict[int, SlowCube] = {}
        for number in range(questions // 4):
            asker = askers[0] if number % 3 else random.choice(askers[1:])
            with acting_transaction(asker, "statistics"):
                seen = slow[asker] = slow.get(asker) or SlowCube()
                operands, scope = question(world, random)
                fast = from_cube(cube, operands, scope)
                compared += compare(operands, scope, fast, reported_figures(operands, scope))
                compare(operands, scope, fast, {one.label: seen.figures(one, scope) for one in operands})
    assert compared > questions * 2
