"""The process that holds the cube: live, under row security, building anew, leaving to the database what it cannot tell."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.facts.asking import ask_holder
from hoso.core.facts.building import Building
from hoso.core.facts.store import Store
from hoso.core.periods.periods import parse_period
from hoso.core.places.models import Place
from hoso.engines.statistics.analytics.answer import ask
from hoso.engines.statistics.analytics.data_items import find_item
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Cell, Operand, Scope
from hoso.engines.statistics.analytics.reported import reported_figures
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.cube.building import build
from hoso.engines.statistics.cube.comparing import digest_of
from hoso.engines.statistics.cube.facts import SHAPE, facts_folder
from hoso.engines.statistics.cube.figures import cube_figures, figures_of
from hoso.engines.statistics.cube.tests.holding import held
from hoso.engines.statistics.cube.tests.world import make_world, report
from hoso.engines.statistics.tests.reporting import communes, row, send

MONTH = "202601"
WHOLE = Scope([AskedPeriod(MONTH, (parse_period(MONTH),))], [AskedUnits("", whole=True)])


@pytest.fixture
def home(own_database: Database) -> Iterator[Path]:
    yield own_database.home


def _element(code: str) -> Operand:
    found = find_item(read_catalogue(), code, "code")
    assert isinstance(found, Operand)
    return found


def test_what_was_saved_is_in_the_next_answer(home: Path, actor: Callable[..., Actor]) -> None:
    officer, (place, other) = actor("statistics_officer"), communes("80", 2)
    with held(home):
        expected: list[Decimal] = []
        for number in range(12):
            send(officer, [row(place, "DELIV", number), row(other, "DELIV", 1)])
            with acting_transaction(officer.account_id, "statistics"):
                told = cube_figures([_element("DELIV")], WHOLE)
            assert told is not None
            expected.append(told["DELIV"][Cell(MONTH, "")])
        assert expected == [Decimal(number + 1) for number in range(12)]
        send(officer, [row(place, "DELIV", "")], {}, importStrategy="DELETE")
        (found,) = ask(officer, [_element("DELIV")], WHOLE, read_catalogue())
        assert found.figure == 1


def test_a_commune_gets_nothing_of_another(home: Path, actor: Callable[..., Actor]) -> None:
    ours, theirs = communes("80", 2)
    officer, commune = actor("statistics_officer"), actor("statistics_officer", place=ours)
    send(officer, [row(ours, "DELIV", 5), row(theirs, "DELIV", 7)])
    units = [AskedUnits("all", whole=True), *(AskedUnits(one.code, (one.pk,)) for one in (ours, theirs))]
    scope = Scope(WHOLE.periods, units)
    with held(home):
        for asker, figures in (
            (officer, {"all": 12, ours.code: 5, theirs.code: 7}),
            (commune, {"all": 5, ours.code: 5}),
        ):
            with acting_transaction(asker.account_id, "statistics"):
                told = cube_figures([_element("DELIV")], scope)
            assert told == {"DELIV": {Cell(MONTH, label): Decimal(figure) for label, figure in figures.items()}}
            found = ask(asker, [_element("DELIV")], scope, read_catalogue())
            assert {one.cell.unit: one.figure for one in found} == figures


def test_who_may_read_no_figures_gets_none(home: Path, actor: Callable[..., Actor]) -> None:
    (place,) = communes("80", 1)
    send(actor("statistics_officer"), [row(place, "DELIV", 5)])
    with held(home), acting_transaction(actor("doctor").account_id, "treatment"):
        assert cube_figures([_element("DELIV")], WHOLE) == {"DELIV": {}}


def test_what_does_not_fit_is_left_to_the_database(home: Path, actor: Callable[..., Actor]) -> None:
    officer, (place, other) = actor("statistics_officer"), communes("80", 2)
    send(officer, [row(other, "DELIV", 4), row(other, "DELIV_TEEN", 4)])
    with held(home):
        send(officer, [row(place, "DELIV", 10**25)])
        with acting_transaction(officer.account_id, "statistics"):
            assert cube_figures([_element("DELIV")], WHOLE) is None
            assert figures_of([_element("DELIV")], WHOLE) == {"DELIV": {Cell(MONTH, ""): 10**25 + 4}}
            assert cube_figures([_element("DELIV_TEEN")], WHOLE) is not None
    with held(home), acting_transaction(officer.account_id, "statistics"):
        assert cube_figures([_element("DELIV")], WHOLE) is None  # also after another start


def test_without_a_holder_the_database_answers(home: Path, actor: Callable[..., Actor]) -> None:
    officer, (place,) = actor("statistics_officer"), communes("80", 1)
    send(officer, [row(place, "DELIV", 5)])
    with acting_transaction(officer.account_id, "statistics"):
        assert cube_figures([_element("DELIV")], WHOLE) is None
        assert figures_of([_element("DELIV")], WHOLE) == {"DELIV": {Cell(MONTH, ""): 5}}


def test_built_anew_it_is_what_it_was(home: Path, actor: Callable[..., Actor], tmp_path: Path) -> None:
    officer = actor("statistics_officer")
    with acting_transaction(officer.account_id, "statistics"):
        world = make_world(read_catalogue())
        report(world, Random(1), 0.3, 5)
    with held(home) as holder:
        for number in range(3):
            with acting_transaction(officer.account_id, "statistics"):
                report(world, Random(number + 2), 0.1, 3)
        before = digest_of(home)
        told = ask_holder(facts_folder(home), {"do": "rebuild"})
        assert told is not None
        while holder._build is not None:
            assert digest_of(home) == before
        assert digest_of(home) == before
    other = Store(tmp_path / "other", SHAPE)
    building = Building(other)
    assert not build(building, stopping=lambda: True)
    assert build(building)
    building.finish()
    assert other.digest() == before and other.manifest.facts > 100
    other.close()
    assert digest_of(home) == before  # whoever holds it, or nobody


def test_the_cube_of_another_database_is_not_followed(home: Path, actor: Callable[..., Actor]) -> None:
    officer, (place,) = actor("statistics_officer"), communes("80", 1)
    send(officer, [row(place, "DELIV", 5)])
    with held(home) as holder:
        digest_of(home)
        holder.store.mark = "another"
    with held(home), acting_transaction(officer.account_id, "statistics"):
        assert Place.objects.filter(pk=place.pk).exists()
        told = cube_figures([_element("DELIV")], WHOLE)
        assert told == reported_figures([_element("DELIV")], WHOLE) == {"DELIV": {Cell(MONTH, ""): 5}}
