"""14/BCT filled from the record equals a slow, plain count of the store, and what was planted lies where it should."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facility_import import import_facilities
from hoso.demo.province import ProvinceSettings, generate_province
from hoso.engines.records.resource_types import NUMBERS
from hoso.engines.records.visit_facts.counting import count_visits
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.from_record.persons import behind
from hoso.engines.statistics.from_record.reading_record import read_record
from hoso.engines.statistics.from_record.taking import take_all
from hoso.engines.statistics.reports_by_address import Address
from tests.claim_packages import Claim, sample_3176
from tests.intaking import Intake, asker, one, rows, undone
from tests.slow_visit_counts import Visit, ended_within, read_visits, slow_count

FORM = "tt23-14-bct"
HOSPITAL, OTHER = "80901", "80902"
MONTH, FIRST, LAST = "202609", date(2026, 9, 1), date(2026, 9, 30)


def planted() -> Iterator[Claim]:
    """One visit for each thing that the form asks, at the edges of what counts."""

    def claim(number: int, **values: str) -> Claim:
        given = {
            "MA_LK": f"DEM.{number}", "MA_BN": f"DEM{number}", "MA_CSKCB": HOSPITAL, "SO_CCCD": f"0801800{number:05}",
            "MA_THE_BHYT": f"GD4808000{number:06}", "HO_TEN": f"NGƯỜI MẪU {number}", "GIOI_TINH": "1",
            "NGAY_SINH": "198001010000", "NGAY_VAO": "202609100800", "NGAY_RA": "202609120900", "MA_LOAI_KCB": "03",
            "KET_QUA_DTRI": "1", "MA_LOAI_RV": "1", "MA_BENH_CHINH": "J18.9", "MA_BENH_KT": "", "NGAY_TTOAN": "202609120900",
            **values,
        }  # fmt: skip
        return sample_3176().with_(**given)

    yield claim(1, KET_QUA_DTRI="5", GIOI_TINH="2", NGAY_SINH="202201010000")  # a girl of 4 dies
    yield claim(2, KET_QUA_DTRI="6", MA_LOAI_RV="4")  # goes home to die
    yield claim(3, KET_QUA_DTRI="8", MA_LOAI_KCB="01", NGAY_RA="202609100830")  # dead before arrival
    yield claim(4, NGAY_SINH="201109110000")  # 14, 15 on the next day
    yield claim(5, NGAY_SINH="201109100000")  # 15 on the day of admission
    yield claim(6, NGAY_VAO="202608300800", NGAY_RA="202609010001")  # ended in the first minute of the month
    yield claim(7, NGAY_VAO="202609290800", NGAY_RA="202610010000")  # ended in the first minute of the next
    yield claim(8, NGAY_VAO="202609290800", NGAY_RA="202609302359")  # ended in its last minute
    yield claim(9, MA_LOAI_KCB="07", NGAY_RA="202609100830")  # fetched medicine, was not examined
    yield claim(10, MA_CSKCB=OTHER)  # at another hospital
    yield claim(12, MA_BENH_CHINH="J18.9;I10", MA_BENH_KT="")  # which of the two is the main one is not said
    yield claim(11, MA_BENH_CHINH="A15.0", MA_BENH_KT="J18.9")  # the second diagnosis counts nowhere


@dataclass(frozen=True)
class World:
    """`visits`: (facility, content, sex, birth date, chapter of the main diagnosis) of each, read once."""

    officer: Actor
    unit: str
    facility: int
    visits: tuple[Visit, ...]


@pytest.fixture(scope="module")
def world(filled: Callable[[], Intake], tmp_path_factory: pytest.TempPathFactory) -> World:
    intake, folder = filled(), tmp_path_factory.mktemp("province")
    generate_province(ProvinceSettings(persons=400, years=1), folder)
    assert not import_facilities(folder / "facilities.csv").refusals
    intake.take(folder / "packages")
    for claim in planted():
        intake.file(claim, made_on="20261005", facility=claim.summary["MA_CSKCB"])
    facility = one("SELECT id FROM places_facility WHERE code = %s", HOSPITAL)
    unit = one("SELECT uid FROM statistics_unit WHERE id = %s", -facility)
    return World(asker("statistics_officer", HOSPITAL).actor, unit, facility, read_visits(rows))


@pytest.fixture
def address(world: World) -> Iterator[Address]:
    with undone():
        yield Address(FORM, world.unit, MONTH)


def test_every_month_of_every_hospital_is_filled_as_counted_by_hand(world: World) -> None:
    compared = 0
    for facility, code, unit in rows(
        "SELECT f.id, f.code, u.uid FROM places_facility f JOIN statistics_unit u ON u.id = -f.id"
        " WHERE EXISTS (SELECT 1 FROM records_resource r WHERE r.facility_id = f.id AND r.type = %s)",
        NUMBERS["Encounter"],
    ):
        officer = asker("statistics_officer", code).actor
        for month in range(1, 11):
            first = date(2026, month, 1)
            last = date(2026, month + 1, 1) - timedelta(days=1)
            expected = slow_count(world.visits, facility, first, last)
            with undone():
                try:
                    reading = read_record(officer, Address(FORM, unit, f"2026{month:02}"))
                except HosoError as error:
                    assert error.code == "HS5340" and not expected
                    continue
            assert {key: one.number for key, one in reading.proposals.items() if one.number} == expected, (code, month)
            assert len(reading.proposals) == 13 * 22
            compared += sum(expected.values())
    assert compared > 300  # figures of visits in rows: the province is not empty


def test_what_was_planted_lies_where_it_should(world: World, address: Address) -> None:
    """Worked by hand from `planted()`, beside what the province itself has there."""
    counted = slow_count(world.visits, world.facility, FIRST, LAST)
    figures = {key: proposal.number for key, proposal in read_record(world.officer, address).proposals.items()}
    assert figures == {**dict.fromkeys(figures, Decimal(0)), **counted}
    for row, least in {
        "IPD_C": 7, "IPD_D": 1, "IPD_DF": 1, "IPD_D15": 1, "IPD_D5": 1, "IPD_GRAVE": 1, "IPD_C15": 2, "OPD_DOA": 1,
    }.items():  # fmt: skip
        assert figures[row, ("x",)] >= least, row
    assert figures["IPD_C", ("i",)] >= 1


def test_all_is_taken_in_one_act_and_stays_told(world: World, address: Address) -> None:
    reading = read_record(world.officer, address)
    report = take_all(world.officer, address, reading.id)
    assert (report.imported, report.conflicts) == (13 * 22, {})
    sheet = open_sheet(world.officer, *address)
    assert sheet.untaken == () and sheet.differing == ()
    assert {line.row.key for line in sheet.lines if not line.value} == {"DEATH_CERT"}  # no count: left to be filled in
    with pytest.raises(HosoError, match="HS5343"):
        take_all(world.officer, address, reading.id)


def test_zero_is_proposed_beside_visits_and_nothing_where_none_was_sent(world: World, address: Address) -> None:
    assert read_record(world.officer, address).proposals["IPD_D", ("xxii",)].number == 0
    with pytest.raises(HosoError, match="HS5340"):
        read_record(world.officer, address._replace(period="202507"))


def test_a_correction_needs_a_reason_and_the_difference_is_kept(world: World, address: Address) -> None:
    read_record(world.officer, address)
    cell = ("IPD_GRAVE", ("x",))
    with pytest.raises(HosoError, match="HS5341"):
        save_cell(world.officer, address, *cell, "9")
    assert save_cell(world.officer, address, *cell, "9", "Tám lượt chưa gửi").taken == 1
    line = next(one for one in open_sheet(world.officer, *address).lines if (one.row.key, one.options) == cell)
    assert (line.value, line.reason, line.differs) == ("9", "Tám lượt chưa gửi", 9 - Decimal(line.proposed))
    # The figure of the record needs none; what was corrected is not overwritten by taking all.
    assert save_cell(world.officer, address, "IPD_D", ("x",), "1").taken == 1
    sheet = open_sheet(world.officer, *address)
    assert sheet.reading is not None
    take_all(world.officer, address, sheet.reading.id)
    kept = {(one.row.key, one.options): one.value for one in open_sheet(world.officer, *address).lines}
    assert kept[cell] == "9" and kept["IPD_D", ("x",)] == "1"


def test_a_cell_without_proposal_and_an_emptied_one_need_no_reason(world: World, address: Address) -> None:
    assert save_cell(world.officer, address, "DEATH_CERT", ("x",), "1").taken == 1
    read_record(world.officer, address)
    assert save_cell(world.officer, address, "DEATH_CERT", ("x",), "2").taken == 1
    assert save_cell(world.officer, address, "IPD_D", ("x",), "1").taken == 1
    assert save_cell(world.officer, address, "IPD_D", ("x",), "").taken == 1


def test_numbers_that_were_seen_before_another_reading_are_not_taken(world: World, address: Address) -> None:
    seen = read_record(world.officer, address)
    read_record(world.officer, address)
    with pytest.raises(HosoError, match="HS5342"):
        take_all(world.officer, address, seen.id)


def test_a_visit_without_main_diagnosis_is_told_apart(world: World, address: Address) -> None:
    apart = [
        visit
        for where, visit, _, _, chapter in world.visits
        if where == world.facility and ended_within(visit, FIRST, LAST) and not chapter
    ]
    assert apart
    assert read_record(world.officer, address).unplaced == len(apart)


def test_nobody_else_counts_the_hospital_and_who_counts_sees_no_person(world: World, address: Address) -> None:
    stranger = asker("statistics_officer", OTHER).actor
    with pytest.raises(HosoError, match="HS7011"):
        read_record(stranger, address)
    for actor, purpose, counts in (
        (stranger, "statistics", False),
        (world.officer, "statistics", True),
        (world.officer, "treatment", False),
        (asker("statistics_approver").actor, "statistics", False),
        (asker("doctor", HOSPITAL).actor, "treatment", False),
    ):
        with acting_transaction(actor.account_id, purpose):
            assert bool(count_visits([world.facility], FIRST, LAST)) is counts, (actor.name, purpose)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM records_ended_visit")
                assert (cursor.fetchone()[0] > 0) is (purpose == "treatment" and actor.name.startswith("doctor"))


def test_a_reading_is_never_changed_and_nothing_is_put_into_it_later(world: World, address: Address) -> None:
    reading = read_record(world.officer, address)
    for statement in (
        "UPDATE statistics_record_proposal SET number = 1",
        "DELETE FROM statistics_record_reading",
        "UPDATE statistics_record_reading SET visits = 0",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting_transaction(world.officer.account_id, "statistics"),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert open_sheet(world.officer, *address).reading == reading


def test_the_checker_sees_who_is_behind_a_figure_and_each_person_gets_an_event(world: World, address: Address) -> None:
    key = ("IPD_D", ("x",))
    figure = read_record(world.officer, address).proposals[key].number
    checker = asker("figures_checker", HOSPITAL).actor
    found = behind(checker, address, key)
    assert len(found) == figure
    assert "NGƯỜI MẪU 1" in {visit.person_name for visit in found.visits}
    overseer = asker("overseer").actor
    with acting_transaction(overseer.account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, purpose, action, found FROM audit_event WHERE actor_id = %s AND action = 'search'",
            [checker.account_id],
        )
        events = cursor.fetchall()
    assert sorted(events) == sorted((visit.person_id, "figure_checking", "search", 1) for visit in found.visits)


@pytest.mark.parametrize(("role", "where"), [("statistics_officer", HOSPITAL), ("doctor", HOSPITAL)])
def test_whoever_does_not_check_figures_sees_the_number_alone(role: str, where: str, address: Address) -> None:
    with pytest.raises(HosoError, match="HS2001"):
        behind(asker(role, where).actor, address, ("IPD_D", ("x",)))


def test_a_checker_of_another_hospital_sees_nobody(address: Address) -> None:
    assert len(behind(asker("figures_checker", OTHER).actor, address, ("IPD_D", ("x",)))) == 0
