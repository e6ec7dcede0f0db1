"""How many people have a record and of how many it is fresh: counted by the database, against a count by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import as_intake_service
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import Period, period_of
from hoso.core.places.models import Place
from hoso.engines.statistics.analytics.answer import ask
from hoso.engines.statistics.analytics.data_items import OfRecord, find_item
from hoso.engines.statistics.analytics.explained import explain
from hoso.engines.statistics.analytics.question import AskedPeriod, AskedUnits, Breakdown, Scope
from hoso.engines.statistics.analytics.record_counts import RECORD_FIGURES
from hoso.engines.statistics.catalogue import read_catalogue
from hoso.engines.statistics.from_record.record_state import count_record_state
from hoso.engines.statistics.tests.reporting import communes, send, unit_uid
from hoso.engines.statistics.uids import split_uid, uid_of

pytestmark = pytest.mark.django_db
TODAY = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
MONTH = period_of(PeriodType.MONTH, TODAY)


def live(number: int, place: Place, *visits: date, merged: int | None = None, provisional: bool = False) -> None:
    """A person who lives in a place, with visits on these days."""
    with as_intake_service(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort, birth_precision,"
            " sex, as_of, facility_id, place_id, package_id, merged_into, provisional)"
            " VALUES (%s, %s, %s, 'Người Thử', 'nguoi thu', '', 0, 3, now(), 0, %s, 0, %s, %s)",
            [number, number, f"SYN{number}", place.pk, merged, provisional],
        )
        for place_of_visit, day in enumerate(visits):
            cursor.execute(
                "INSERT INTO records_resource (person_id, type, id, version, last_updated, happened, source_person_id,"
                " facility_id, place_id, sensitivity, package_id, source_table, source_line, hash, body)"
                " VALUES (%s, 44, %s, 1, now(), %s, %s, 0, %s, 0, 0, 0, 1, '', '{}')",
                [number, f"v{number}.{place_of_visit}", day, number, place.pk],
            )


@pytest.fixture
def places(actor: Callable[..., Actor]) -> list[Place]:
    """Three communes: four people of whom two came lately, one who never came, nobody; populations of the first and the third."""
    found = communes("80", 3)
    long_ago, lately = MONTH.end - timedelta(days=400), MONTH.start - timedelta(days=200)
    live(9_000_001, found[0], lately, long_ago)
    live(9_000_002, found[0], MONTH.start)
    live(9_000_003, found[0], long_ago)
    live(9_000_004, found[0])
    live(9_000_005, found[1])
    live(9_000_006, found[0], lately, merged=9_000_001)
    live(9_000_007, found[0], lately, provisional=True)
    total = split_uid(uid_of("combo:of_which_female"), [uid_of("option:of_which_female:total")])
    rows = [
        {"dataElement": "POP_MID", "period": str(TODAY.year - 1), "orgUnit": unit_uid(place), "value": value,
         "categoryOptionCombo": total}
        for place, value in ((found[0], "5"), (found[2], "3"))
    ]  # fmt: skip
    report = send(actor("statistics_officer"), rows)
    assert report.imported == 2, report.as_dhis2()
    count_record_state(TODAY)
    return found


def told(officer: Actor, units: list[AskedUnits], *periods: Period) -> dict[tuple[str, str], Decimal]:
    items = [OfRecord(name, name) for name in RECORD_FIGURES]
    scope = Scope([AskedPeriod("", periods or (MONTH,))], units)
    return {(one.item, one.cell.unit): one.figure for one in ask(officer, items, scope, read_catalogue())}


def test_counted_by_hand(places: list[Place], actor: Callable[..., Actor]) -> None:
    units = [AskedUnits(str(number), (place.pk,)) for number, place in enumerate(places)]
    assert places[0].parent_id is not None
    found = told(actor("statistics_officer"), [*units, AskedUnits("all", (places[0].parent_id,))])
    assert found == {
        ("PEOPLE", "0"): 4, ("FRESH", "0"): 2, ("FRESH_RATE", "0"): 50, ("POPULATION", "0"): 5, ("ENROLMENT_RATE", "0"): 80,
        ("PEOPLE", "1"): 1, ("FRESH", "1"): 0, ("FRESH_RATE", "1"): 0,
        ("PEOPLE", "2"): 0, ("FRESH", "2"): 0, ("POPULATION", "2"): 3, ("ENROLMENT_RATE", "2"): 0,
        ("PEOPLE", "all"): 5, ("FRESH", "all"): 2, ("FRESH_RATE", "all"): 40, ("POPULATION", "all"): 8, ("ENROLMENT_RATE", "all"): 50,
    }  # fmt: skip


def test_nobody_is_told_of_other_places(places: list[Place], actor: Callable[..., Actor]) -> None:
    officer = actor("statistics_officer", place=places[1])
    units = [AskedUnits("country", whole=True), AskedUnits("other", (places[0].pk,))]
    assert {key: one for key, one in told(officer, units).items() if one} == {("PEOPLE", "country"): 1}
    with pytest.raises(HosoError, match="HS2001"):
        told(actor("intake_officer"), units)


def test_the_running_month_is_counted_again_and_one_that_is_over_never(
    places: list[Place], actor: Callable[..., Actor]
) -> None:
    officer, units = actor("statistics_officer"), [AskedUnits("", (places[1].pk,))]
    live(9_000_010, places[1], TODAY)
    assert count_record_state(TODAY) > 0
    assert told(officer, units)["PEOPLE", ""] == 2
    assert told(officer, units, MONTH.previous())["PEOPLE", ""] == 1
    assert told(officer, units, MONTH, MONTH.previous())["PEOPLE", ""] == 2
    before = MONTH.previous().previous()
    with connection.cursor() as cursor:
        for iso, start, end in ((before.id, before.start, before.end), (MONTH.id, MONTH.start, MONTH.start)):
            cursor.execute("SELECT statistics_count_record(%s, %s, %s, 0)", [iso, start, end])
            assert cursor.fetchone() == (0,)


def test_nobody_writes_counts_by_hand(places: list[Place], actor: Callable[..., Actor]) -> None:
    officer = actor("statistics_officer")
    for statement in ("UPDATE statistics_record_state SET people = 9", "DELETE FROM statistics_record_state"):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_transaction(officer.account_id, "statistics"):
            connection.cursor().execute(statement)


def test_a_share_tells_what_it_was_made_of(places: list[Place], actor: Callable[..., Actor]) -> None:
    scope = Scope([AskedPeriod("", (MONTH,))], [AskedUnits("", (places[0].pk,))])
    catalogue = read_catalogue()
    item = find_item(catalogue, "record.ENROLMENT_RATE")
    ((_, explained),) = explain(actor("statistics_officer"), [item], scope, catalogue)
    assert {one.label: one.figure for one in explained.parts} == {
        "record.PEOPLE": Decimal(4),
        "record.POPULATION": Decimal(5),
    }
    with pytest.raises(HosoError, match="HS7037"):
        ask(actor("statistics_officer"), [item], Scope(scope.periods, scope.units, Breakdown(())), catalogue)
