"""Random questions as a user asks them, with the cube held by a process: both views of places and indicators within
indicators, against the slow implementation."""

from collections.abc import Callable
from random import Random

import pytest
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.analytics import data_items
from hoso.engines.statistics.analytics.answer import Answered, ask
from hoso.engines.statistics.analytics.data_items import DataItem, Reckoned
from hoso.engines.statistics.analytics.question import Breakdown, Cell, Places, Scope
from hoso.engines.statistics.catalogue import Catalogue, read_catalogue
from hoso.engines.statistics.cube.figures import cube_figures
from hoso.engines.statistics.cube.tests.askers import askers_of
from hoso.engines.statistics.cube.tests.formulas import Formula, make_formulas, slow_quotients
from hoso.engines.statistics.cube.tests.holding import held
from hoso.engines.statistics.cube.tests.slow_today import SlowToday
from hoso.engines.statistics.cube.tests.world import World, make_world, question, report, scope_of

ROUNDS, FORMULAS = 4, 8
CLOSE = 1e-9
Found = dict[tuple[str, Cell], float]


def _found(answered: list[Answered]) -> Found:
    return {(one.item, one.cell): float(one.figure) for one in answered}


def compare(found: Found, expected: Found, asked: object) -> int:
    """Gives how many figures were compared."""
    assert found.keys() == expected.keys(), (asked, found.keys() ^ expected.keys())
    for key, figure in expected.items():
        assert found[key] == pytest.approx(figure, rel=CLOSE, abs=CLOSE), (asked, key)
    return len(found)


def _figures(asker: Actor, world: World, random: Random, places: Places, slow: SlowToday, catalogue: Catalogue) -> int:
    operands, scope = question(world, random, places)
    expected = {
        (one.label, cell): float(figure) for one in operands for cell, figure in slow.figures(one, scope).items()
    }
    return compare(_found(ask(asker, operands, scope, catalogue)), expected, (operands, scope))


def _indicators(
    asker: Actor, formulas: dict[str, Formula], world: World, scope: Scope, chosen: list[str], slow: SlowToday, catalogue: Catalogue
) -> int:  # fmt: skip
    items: list[DataItem] = [Reckoned(code, formulas[code].indicator) for code in chosen]
    expected = {
        (code, cell): value
        for code in chosen
        for cell, value in slow_quotients(formulas[code], formulas, world, slow, scope).items()
    }
    asked = [(formulas[code].indicator.numerator, formulas[code].indicator.denominator) for code in chosen]
    return compare(_found(ask(asker, items, scope, catalogue)), expected, (asked, scope))


@pytest.mark.parametrize("seed", range(2))
def test_both_views_and_nested_indicators(
    own_database: Database, actor: Callable[..., Actor], seed: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    random, compared, by_cube = Random(seed), 0, 0
    questions = request.config.getoption("--questions") // 4  # each is asked of a slow implementation of two maps
    catalogue = read_catalogue()
    with acting_transaction(actor("statistics_officer").account_id, "statistics"):
        world = make_world(catalogue)
    askers = askers_of(actor, world)
    views: tuple[Places, Places] = ("as_reported", "today")
    formulas = {view: make_formulas(random, view, FORMULAS) for view in views}
    with held(own_database.home):
        for round_ in range(ROUNDS):
            with acting_transaction(askers[0].account_id, "statistics"):
                report(world, random, 0.25 if round_ == 0 else 0.05, 6)
            slow: dict[int, SlowToday] = {}
            for number in range(questions // ROUNDS):
                asker = askers[0] if number % 3 else random.choice(askers[1:])
                if asker.account_id not in slow:
                    with acting_transaction(asker.account_id, "statistics"):
                        slow[asker.account_id] = SlowToday()
                seen, view = slow[asker.account_id], views[number % 2]
                if random.random() < 0.6:
                    compared += _figures(asker, world, random, view, seen, catalogue)
                    continue
                known = {one.indicator.uid: one.indicator for one in formulas[view].values()}
                monkeypatch.setattr(data_items, "reckoned_indicators", lambda known=known: known)
                chosen = random.sample(list(formulas[view]), 2)
                scope = scope_of(world, random, view, Breakdown())
                compared += _indicators(asker, formulas[view], world, scope, chosen, seen, catalogue)
            with acting_transaction(askers[0].account_id, "statistics"):
                operands, scope = question(world, random)
                by_cube += cube_figures(operands, scope) is not None
    assert by_cube == ROUNDS  # it was the cube that answered
    assert compared > questions
