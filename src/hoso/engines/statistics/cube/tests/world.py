"""A made-up world of reports for random questions: units at several tiers before and after the reform, some that moved, every
kind of period, keys that overlap, decimals, corrections, values taken back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from django.db import connection

from hoso.core.changes.outbox import announce
from hoso.core.periods.periods import parse_period
from hoso.core.places.models import Facility, Place
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Breakdown, Operand, Places, Scope
from hoso.engines.statistics.analytics.reported import AGGREGATIONS
from hoso.engines.statistics.analytics.tests.test_reported import facility
from hoso.engines.statistics.analytics.todays_map import ADDED, AVERAGE, EXTREMES
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.cube.feed import TOPIC
from hoso.engines.statistics.tests.reporting import communes
from hoso.engines.statistics.uids import split_uid

ELEMENTS = ("DELIV", "NCD_CHS", "BEDS_PLAN", "DELIV_TEEN", "ANC4_3P")
PERIODS = (
    "202411", "202412", "2024", "202505", "202506", "202507", "202508", "2025Q2", "2025Q3", "2025S1", "2025",
    "202601", "202602", "202603", "2026Q1", "2026S1",
)  # fmt: skip
ASKED = (*PERIODS, "2024Q4", "2026", "2023")
WAYS = tuple(AGGREGATIONS)
WAYS_OF_TODAY = (*sorted(ADDED), *EXTREMES, AVERAGE)


@dataclass
class World:
    """What may be reported and asked."""

    elements: list[int]
    units: list[tuple[int, tuple[tuple[int, date], ...]]]  # a unit and where it lay, up to which day
    places: list[int]
    splits: list[int]  # those of the last element
    default: int
    periods: dict[str, int]


def make_world(catalogue: Catalogue) -> World:
    """Units, keys and periods; nothing reported yet."""
    here, there = communes("80", 4), communes("01", 2)
    province = here[0].parent
    assert province is not None
    before, cut = _before(here), _cut(there)
    elements = [catalogue.find("element", "code", code) for code in ELEMENTS]
    far, reform = date(2999, 1, 1), date(2025, 7, 1)
    units: list[tuple[int, tuple[tuple[int, date], ...]]] = [
        (one.pk, ((one.pk, far),)) for one in (*here, *there, province, *before, *cut)
    ]
    moved = facility("80990", (here[0], None, reform), (there[0], reform, None))
    units.append((moved, ((here[0].pk, reform), (there[0].pk, far))))
    came = facility("80991", (before[0], None, reform), (here[1], reform, None))
    units.append((came, ((before[0].pk, reform), (here[1].pk, far))))
    units.append((facility("80992", (here[0], None, None)), ((here[0].pk, far),)))
    for code, kind, opened in (
        ("80990", "district_hospital", None),
        ("80991", "commune_station", date(2025, 3, 1)),
        ("80992", "private_hospital", None),
    ):
        Facility.objects.filter(code=code).update(kind=kind, opened=opened)
    return World(
        [one for one in elements if one is not None], units, [one.pk for one in (*here, *there, province, *before, *cut)],
        [_split(catalogue, "of_which_minority", name) for name in ("total", "minority")], catalogue.default_split,
        _periods(),
    )  # fmt: skip


def report(world: World, random: Random, share: float, acts: int, moving: float = 0) -> None:
    """Acts of reporting: new values, corrections, values taken back; each is announced. `moving`: which share of them says that the
    unit lay somewhere else."""
    cells = [
        (unit, element, iso, split)
        for unit, _ in world.units
        for element in world.elements
        for iso in PERIODS
        for split in (world.splits if element == world.elements[-1] else [world.default])
        if random.random() < share
    ]
    random.shuffle(cells)
    lay = dict(world.units)
    for number in range(acts):
        act = _act()
        for unit, element, iso, split in cells[number::acts]:
            end = parse_period(iso).end
            place = next(place for place, until in lay[unit] if end < until)
            if random.random() < moving:
                place = random.choice(world.places)
            _write(world, act, (unit, element, iso, split), place, _number(random), random.random() < 0.08)
        announce(TOPIC, str(act), {"act": act})


def question(world: World, random: Random, places: Places = "as_reported") -> tuple[list[Operand], Scope]:
    """Any question of one view of places."""
    ways = WAYS if places == "as_reported" else WAYS_OF_TODAY
    operands = [
        Operand(
            str(number), random.choice(world.elements), random.choice(ways),
            random.choice(world.splits) if random.random() < 0.15 else None,
            world.default if random.random() < 0.1 else None,
        )
        for number in range(random.randint(1, 3))
    ]  # fmt: skip
    return operands, scope_of(world, random, places, _breakdown(world, random))


def scope_of(world: World, random: Random, places: Places, breakdown: Breakdown) -> Scope:
    """Any periods and units."""
    asked = [parse_period(iso) for iso in random.sample(ASKED, random.randint(1, 5))]
    periods = (
        [AskedPeriod("", tuple(asked))] if random.random() < 0.3 else [AskedPeriod(one.id, (one,)) for one in asked]
    )
    return Scope(periods, _units(world, random), breakdown, places)


def _units(world: World, random: Random) -> list[AskedUnits]:
    found = [
        AskedUnits(
            str(label),
            tuple(random.sample(world.places, random.randint(0, 3))),
            tuple(unit for unit, _ in world.units if unit < 0 and random.random() < 0.3),
        )
        for label in range(random.randint(1, 3))
    ]
    if random.random() < 0.5:
        found.append(AskedUnits("all", whole=True))
    return found


def _breakdown(world: World, random: Random) -> Breakdown:
    splits = random.choice([None, None, [], [world.splits[0]], [*world.splits, world.default]])
    return Breakdown(splits, random.choice([None, None, [], [world.default]]))


def _before(here: list[Place]) -> list[Place]:
    """A commune that went whole into one of these, with the district and the province it lay in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT old_id FROM places_succession WHERE new_id = ANY (%s) AND relation <> 'split' ORDER BY old_id LIMIT 1",
            [[one.pk for one in here]],
        )
        commune = Place.objects.get(pk=cursor.fetchone()[0])
    found, place = [], commune
    while True:
        found.append(place)
        if place.parent is None:
            return found
        place = place.parent


def _cut(here: list[Place]) -> list[Place]:
    """A commune of which only parts went into one of these, with the communes that have the parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT old_id, array_agg(new_id) FROM places_succession WHERE relation = 'split' AND old_id IN ("
            " SELECT old_id FROM places_succession WHERE relation = 'split' AND new_id = ANY (%s)) GROUP BY 1 ORDER BY 1 LIMIT 1",
            [[one.pk for one in here]],
        )
        commune, heirs = cursor.fetchone()
    known = {one.pk for one in here}
    return [Place.objects.get(pk=one) for one in (commune, *(heir for heir in heirs if heir not in known))]


def _periods() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for iso in PERIODS:
            one = parse_period(iso)
            cursor.execute(
                "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [one.id, one.type.value, one.start, one.end],
            )
            cursor.execute("SELECT id FROM statistics_period WHERE iso = %s", [one.id])
            found[iso] = cursor.fetchone()[0]
    return found


def _split(catalogue: Catalogue, dimension: str, option: str) -> int:
    number = catalogue.find("dimension", "code", dimension)
    chosen = catalogue.find("option", "code", f"{dimension}.{option}")
    combo = next(combo for combo, dimensions in catalogue.combos.items() if dimensions == (number,))
    assert chosen is not None
    with connection.cursor() as cursor:
        uid = split_uid(catalogue.combo_uids[combo], [catalogue.option_uids[chosen]])
        cursor.execute(
            "INSERT INTO statistics_split (uid, name, combo_id, options) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [uid, option, combo, [chosen]],
        )
        cursor.execute("SELECT id FROM statistics_split WHERE uid = %s", [uid])
        return int(cursor.fetchone()[0])


def _act() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_act (account_id, actor, kind, rows) VALUES (access_actor(), 'thử', 'import', 1) RETURNING id"
        )
        return int(cursor.fetchone()[0])


def _number(random: Random) -> Decimal:
    if random.random() < 0.7:
        return Decimal(random.randint(0, 40))
    return Decimal(random.randint(-5000, 90_000_000)).scaleb(-random.randint(0, 4))


def _write(world: World, act: int, cell: tuple[int, int, str, int], place: int, number: Decimal, deleted: bool) -> None:
    unit, element, iso, split = cell
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_value (unit_id, period_id, element_id, split_id, attribute_id, place_id, facility_id,"
            " number, deleted, act_id, first_act_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (unit_id, period_id, element_id, split_id, attribute_id) DO UPDATE SET number = excluded.number,"
            " deleted = excluded.deleted, place_id = excluded.place_id, act_id = excluded.act_id",
            [unit, world.periods[iso], element, split, world.default, place, max(-unit, 0), number, deleted, act, act],
        )
