"""8/BCT filled from the record equals a slow, plain count of the doses filed by FHIR; what must not count does not."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facility_import import import_facilities
from hoso.core.places.models import Place
from hoso.engines.records.dose_facts.counting import count_doses
from hoso.engines.statistics.entry import open_sheet, save_cell
from hoso.engines.statistics.from_record.persons import behind
from hoso.engines.statistics.from_record.reading_record import read_record
from hoso.engines.statistics.from_record.taking import take_all
from hoso.engines.statistics.reports_by_address import Address
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from tests.conformance.fhir_writing import Software, software
from tests.intaking import Intake, as_service, asker, one, rows, undone
from tests.slow_dose_counts import ATC, CVX, KINDS, slow_count

FORM, MOTHERS = "tt23-8-bct", "tt23-4-bct"
MONTH, FIRST, LAST = "202609", date(2026, 9, 1), date(2026, 9, 30)
HERE, THERE = "80991", "80992"
ROWS = 12  # of 8/BCT that the record fills; three are left to be filled in


def patient(number: int, born: str, gender: str = "female") -> dict[str, Any]:
    return {
        "resourceType": "Patient", "name": [{"text": f"NGƯỜI MẪU {number}"}], "gender": gender, "birthDate": born,
        "identifier": [{"system": "https://hoso.vn/fhir/sid/so-dinh-danh-ca-nhan", "value": f"0801260{number:05}"}],
    }  # fmt: skip


def dose(code: str, day: str, number: int = 0, system: str = CVX, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": "completed",
        "occurrenceDateTime": day,
        "primarySource": True,
    }
    if number:
        given["protocolApplied"] = [{"doseNumberPositiveInt": number}]
    return {**given, "vaccineCode": {"text": code, "coding": [{"system": system, "code": code}]}, **more}


PREGNANT: dict[str, Any] = {"reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "Z34.0"}]}]}
# (birth date, station, dose, the row it counts in): each at an edge of what counts in September 2026.
PLANTED: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("2026-09-10", HERE, dose("08", "2026-09-10T20:00:00+07:00"), "IMM_HEPB0"),
    ("2026-09-10", HERE, dose("08", "2026-09-11"), "IMM_HEPB0"),
    ("2026-09-10", HERE, dose("08", "2026-09-12"), ""),  # too late
    ("2025-09-16", HERE, dose("19", "2026-09-15"), "IMM_BCG"),  # one day before the first birthday
    ("2025-09-15", HERE, dose("J07AN01", "2026-09-15", system=ATC), ""),  # on it
    ("2026-06-01", HERE, dose("198", "2026-08-31T17:00:00Z", 1), "IMM_PENTA"),  # midnight in Viet Nam: September began
    ("2026-06-01", HERE, dose("198", "2026-09-30T17:00:00Z", 2), ""),  # October
    ("2026-06-01", HERE, dose("198", "2026-09-30T16:59:00Z", 3), "IMM_PENTA"),
    ("2026-06-01", HERE, dose("198", "2026-08-15", 1), ""),  # another period
    ("2026-06-01", THERE, dose("198", "2026-09-15", 1), ""),  # another commune
    ("2026-06-01", HERE, dose("198", "2026-09-15"), ""),  # does not say which dose
    ("2026-06-01", HERE, dose("198", "2026-09", 1), ""),  # does not say the day
    ("2026-06-01", HERE, dose("198", "2026-09-15", 1, status="entered-in-error"), ""),
    ("2026-06-01", HERE, dose("198", "2026-09-15", 1, status="not-done"), ""),
    ("2026-06-01", HERE, dose("198", "2026-09-15", 1, primarySource=False), ""),  # told by the mother's book
    ("2026-06-01", HERE, dose("198", "2026-09-15", 1, isSubpotent=True), ""),
    ("2025-03-15", HERE, dose("04", "2026-09-15", 2), "IMM_MR"),  # 18 months on the day
    ("2025-03-16", HERE, dose("04", "2026-09-15", 2), ""),
    ("2025-03-01", HERE, dose("01", "2026-09-15", 4), "IMM_DPT4"),
    ("2019-09-15", HERE, dose("139", "2026-09-15"), "IMM_TD7"),
    ("1998-01-01", HERE, dose("112", "2026-09-15", 2, **PREGNANT), "IMM_TT2"),
    ("1998-01-01", HERE, dose("112", "2026-09-15", 1, **PREGNANT), ""),  # her first
    ("1998-01-01", HERE, dose("112", "2026-09-15", 3), ""),  # says nothing of a pregnancy
)


def at_random() -> Iterator[tuple[str, str, dict[str, Any], str]]:
    chance = random.Random(8)
    for _ in range(500):
        day = date(2026, 7, 1) + timedelta(days=chance.randrange(100))
        born = day - timedelta(days=chance.choice((0, 1, 60, 120, 270, 380, 560, 700, 1000, 2600, 9000)))
        system, code = chance.choice(list(KINDS))
        more: dict[str, Any] = chance.choice(({}, {}, {}, PREGNANT, {"status": "not-done"}, {"primarySource": False}))
        told = f"{day}T{chance.randrange(24):02}:30:00+07:00" if chance.random() < 0.5 else str(day)
        yield str(born), chance.choice((HERE, THERE)), dose(code, told, chance.randrange(5), system, **more), ""


def filed(writer: Software, doses: list[tuple[str, str, dict[str, Any], str]]) -> None:
    """In one bundle, each dose of a person and a visit of their own."""
    entries = []
    for number, (born, station, given, _) in enumerate(doses, 1):
        person, visit = (f"urn:uuid:{UUID(int=number * 2 + which)}" for which in (0, 1))
        about = {"reference": person}
        encounter = {
            "resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": about,
            "period": {"start": "2026-09-15", "end": "2026-09-15"},
            "serviceProvider": {"identifier": {"system": "https://hoso.vn/fhir/sid/ma-cskcb", "value": station}},
        }  # fmt: skip
        for address, content in (
            (person, patient(number, born)),
            (visit, encounter),
            ("", {**given, "patient": about, "encounter": {"reference": visit}}),
        ):
            entry = {"resource": content, "request": {"method": "POST", "url": content["resourceType"]}}
            entries.append({**entry, "fullUrl": address} if address else entry)
    answer = writer.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.content[:2000]


@dataclass(frozen=True)
class World:
    writer: Software
    here: Place
    there: Place
    officer: Actor
    facility: int


@pytest.fixture(scope="module")
def world(filled: Callable[[], Intake], tmp_path_factory: pytest.TempPathFactory) -> World:
    filled()
    here, there = communes("80", 2)
    path: Path = tmp_path_factory.mktemp("stations") / "facilities.csv"
    lines = [
        f"{code},Trạm Y tế {code} (mẫu),commune_station,{place.code},80"
        for code, place in ((HERE, here), (THERE, there))
    ]
    path.write_text("\n".join(("code,name,kind,commune_code,province_code", *lines)), encoding="utf-8")
    assert not import_facilities(path, date(2025, 7, 1)).refusals
    writer = software()
    filed(writer, [*PLANTED, *at_random()])
    facility = one("SELECT id FROM places_facility WHERE code = %s", HERE)
    return World(writer, here, there, asker("statistics_officer", place=here).actor, facility)


@pytest.fixture
def address(world: World) -> Iterator[Address]:
    with undone():
        yield Address(FORM, unit_uid(world.here), MONTH)


def test_every_month_of_both_communes_is_filled_as_counted_by_hand(world: World) -> None:
    compared = 0
    rows_met: set[str] = set()
    for place, code in ((world.here, HERE), (world.there, THERE)):
        officer = asker("statistics_officer", place=place).actor
        facility = one("SELECT id FROM places_facility WHERE code = %s", code)
        for month in (7, 8, 9, 10):
            first, last = date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)
            expected = slow_count(rows, facility, first, last)
            with undone():
                reading = read_record(officer, Address(FORM, unit_uid(place), f"2026{month:02}"))
            assert {key[0]: one.number for key, one in reading.proposals.items() if one.number} == expected, (
                code,
                month,
            )
            assert (len(reading.proposals), reading.visits) == (ROWS, 0)
            compared += sum(expected.values())
            rows_met |= expected.keys()
    assert compared > 80 and len(rows_met) == ROWS


def test_what_was_planted_counts_where_it_should_and_else_nowhere(world: World, address: Address) -> None:
    """The planted doses alone, worked by hand: all others are taken out of the store, as deleted, for this test."""
    with as_service() as cursor:
        cursor.execute(
            "UPDATE records_resource SET deleted = true WHERE type = 62 AND person_id IN"
            " (SELECT person_id FROM people_identifier WHERE value > %s)",
            [f"0801260{len(PLANTED):05}"],
        )
    reading = read_record(world.officer, address)
    expected = {row: sum(one[3] == row for one in PLANTED) for row in {one[3] for one in PLANTED} - {""}}
    assert {key[0]: one.number for key, one in reading.proposals.items() if one.number} == expected
    counted = sum(expected.values())
    # Given here, whole, in September, and in no row: late, on the birthday, without number, too young, first of a woman, …
    assert (reading.doses, reading.doses_apart) == (counted + 6, 6)


def test_a_deleted_dose_counts_no_more_and_one_of_a_known_hour_by_the_hour(world: World, address: Address) -> None:
    row = ("IMM_HEPB0", ())
    before = read_record(world.officer, address).proposals[row].number
    first, second = (
        one("SELECT person_id FROM people_identifier WHERE value = %s", f"0801260{number:05}") for number in (1, 2)
    )
    with as_service() as cursor:  # born at 19:59 on the day before: 24 hours and a minute earlier
        cursor.execute(
            "UPDATE people_person SET birth_date = birth_date - 1, birth_time = '1959', birth_precision = 4 WHERE person_id = %s",
            [first],
        )
    assert read_record(world.officer, address).proposals[row].number == before - 1
    with as_service() as cursor:
        cursor.execute("UPDATE people_person SET birth_time = '2000' WHERE person_id = %s", [first])
    assert read_record(world.officer, address).proposals[row].number == before
    assert world.writer.delete(f"Immunization/{one(_DOSE, second)}").status_code == 204
    assert read_record(world.officer, address).proposals[row].number == before - 1


_DOSE = "SELECT id FROM records_resource WHERE type = 62 AND person_id = %s"


def test_figures_are_taken_or_corrected_with_a_reason(world: World, address: Address) -> None:
    reading = read_record(world.officer, address)
    with pytest.raises(HosoError, match="HS5341"):
        save_cell(world.officer, address, "IMM_BCG", (), "99")
    assert save_cell(world.officer, address, "IMM_BCG", (), "99", "Sổ giấy còn 97 mũi").taken == 1
    assert take_all(world.officer, address, reading.id).imported == ROWS - 1
    sheet = open_sheet(world.officer, *address)
    (line,) = sheet.differing
    assert (line.row.key, line.differs) == ("IMM_BCG", 99 - Decimal(line.proposed))
    assert {one.row.key for one in sheet.lines if not one.value} == {"INF_TARGET", "IMM_FIC", "AEFI"}


def test_mothers_protected_against_tetanus_are_proposed_in_their_form_too(world: World, address: Address) -> None:
    expected = slow_count(rows, world.facility, FIRST, LAST)["IMM_TT2"]
    reading = read_record(world.officer, address._replace(form=MOTHERS))
    assert {key: one.number for key, one in reading.proposals.items()} == {("TT_FULL", ()): expected}
    with pytest.raises(HosoError, match="HS5340"):  # a month without a dose proposes nothing, not zero
        read_record(world.officer, address._replace(form=MOTHERS, period="202603"))


def test_nobody_else_counts_the_commune_and_who_counts_sees_no_dose(world: World, address: Address) -> None:
    stranger = asker("statistics_officer", place=world.there).actor
    with pytest.raises(HosoError, match="HS7011"):
        read_record(stranger, address)
    for actor, purpose, counts in (
        (stranger, "statistics", False),
        (world.officer, "statistics", True),
        (world.officer, "treatment", False),
        (asker("doctor", HERE).actor, "treatment", False),
    ):
        with acting_transaction(actor.account_id, purpose):
            assert bool(count_doses([world.facility], FIRST, LAST)) is counts, (actor.name, purpose)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM records_given_dose")
                assert (cursor.fetchone()[0] > 0) is (purpose == "treatment" and actor.name.startswith("doctor"))


def test_the_checker_of_the_station_sees_who_is_behind_and_others_nobody(world: World, address: Address) -> None:
    key = ("IMM_PENTA", ())
    figure = read_record(world.officer, address).proposals[key].number
    checker = asker("figures_checker", HERE).actor
    found = behind(checker, address, key)
    assert len(found) == figure == len(found.doses)
    assert {"NGƯỜI MẪU 6", "NGƯỜI MẪU 8"} <= {dose.person_name for dose in found.doses}
    overseer = asker("overseer").actor
    with acting_transaction(overseer.account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM audit_event WHERE actor_id = %s AND action = 'search' AND purpose = 'figure_checking'",
            [checker.account_id],
        )
        assert sorted(cursor.fetchall()) == sorted({(dose.person_id,) for dose in found.doses})
    assert len(behind(asker("figures_checker", THERE).actor, address, key)) == 0
    with pytest.raises(HosoError, match="HS2001"):
        behind(world.officer, address, key)
