"""The main job: a hospital's package becomes pages in a person's record, every visit and line accounted for."""

from datetime import date
from pathlib import Path

import pytest

from hoso.engines.intake.models import Account
from hoso.engines.records.resource_types import NUMBERS
from tests.claim_packages import (
    CHECK_IN,
    SAMPLE_3176,
    SAMPLE_4210,
    Claim,
    package,
    read_claims,
    sample_3176,
    sample_4210,
)
from tests.intaking import Intake, asker, one, person_of, resources, rows, state

BOTH = (SAMPLE_3176, SAMPLE_4210)


def test_both_samples_are_filed_and_every_line_is_accounted_for(intake: Intake) -> None:
    counted = sum(len(claim.lines()) for path in BOTH for claim in read_claims(path.read_bytes()))
    account = intake.take(*BOTH)
    assert account == Account(
        packages=2, received=2, filed=2, findings=account.findings, lines_in=counted, lines_filed=counted
    )
    assert counted > 20


@pytest.mark.parametrize("path", [*BOTH, CHECK_IN], ids=lambda path: path.stem)
def test_each_line_of_a_file_is_in_the_store_or_set_aside(path: Path, intake: Intake) -> None:
    intake.take(path)
    filed = set(rows("SELECT DISTINCT source_table, source_line FROM records_resource WHERE encounter IS NOT NULL"))
    aside = set(rows("SELECT table_no, line FROM intake_line_aside"))
    sent = read_claims(path.read_bytes())[0].lines() if path != CHECK_IN else {(0, 1)}
    assert filed | aside == sent
    assert not filed & aside


def test_the_same_packages_again_change_nothing(intake: Intake) -> None:
    intake.take(*BOTH)
    before = _store()
    account = intake.take(*BOTH)
    assert (account.received, account.unchanged, account.lines_in) == (2, 2, 0)
    assert _store() == before


def test_one_changed_value_makes_one_correction_with_two_versions(intake: Intake) -> None:
    intake.take(*BOTH)
    before = _store()
    account = intake.send(package(sample_3176().changed(4, 1, GIA_TRI="14.7"), made_on="20250316"))
    assert (account.corrected, account.filed, account.unchanged) == (1, 0, 0)
    after = _store()
    changed = {key for key in after if after[key] != before[key]}
    assert {key[0] for key in changed} == {NUMBERS["Observation"]} and len(changed) == 1
    ((kind, id_),) = changed
    versions = rows(
        "SELECT version, body FROM records_resource WHERE type = %s AND id = %s"
        " UNION ALL SELECT version, body FROM records_resource_version WHERE type = %s AND id = %s ORDER BY 1",
        kind, id_, kind, id_,
    )  # fmt: skip
    assert [(version, b"14.7" in body, b"13.2" in body) for version, body in versions] == [
        (1, False, True), (2, True, False),
    ]  # fmt: skip
    assert before.keys() == after.keys()


def test_the_visit_page_tells_when_it_was_corrected(intake: Intake) -> None:
    intake.take(SAMPLE_3176)
    doctor = asker(facility="01000")
    person = person_of("SYN3176.0000001")
    (visit,) = doctor.timeline(person).visits
    page = doctor.visit(person, visit.encounter)
    assert page is not None
    first = len(page.versions)
    intake.file(sample_3176().changed(4, 1, GIA_TRI="14.7"), made_on="20250316")
    page = doctor.visit(person, visit.encounter)
    assert page is not None
    assert (first, len(page.versions)) == (1, 2)
    assert [str(result.number) for result in page.results][:1] == ["14.7"]


@pytest.mark.parametrize("claim", [sample_3176(), sample_4210()], ids=["3176", "4210"])
def test_packaging_and_the_day_of_the_package_do_not_count(claim: Claim, intake: Intake) -> None:
    intake.file(claim)
    other_ways = [
        package(claim, "20250320", "inline"),
        package(claim, "20250401", "cdata", indent="    "),
        package(claim, "20250315", "urlsafe", turned=True),
        package(claim, "20250101", "base64", encoding="utf-16", indent="\t"),
        package(_with_spaces(claim), "20260101"),
    ]
    assert [intake.send(content).unchanged for content in other_ways] == [1] * 5
    assert {row[0] for row in rows("SELECT version FROM records_resource")} == {1}


def test_every_value_counts(intake: Intake) -> None:
    """Not one field of any line may change without being seen."""
    claim = sample_4210()
    intake.file(claim)
    fields = [
        (table, line, name)
        for table, line in sorted(claim.lines())
        for name, value in claim.tables[table].rows[line - 1].items()
        if value.replace(".", "").isdigit() and name.startswith(("T_", "SO_LUONG", "GIA_TRI"))
    ]
    assert len(fields) > 20
    for place, (table, line, name) in enumerate(fields):
        other = claim.changed(table, line, **{name: f"{place + 1}.00"})
        account = intake.file(other, made_on=f"2025{4 + place // 28:02}{1 + place % 28:02}")
        assert account.corrected == 1, (table, line, name)


def test_an_older_sending_that_arrives_late_is_a_past_version(intake: Intake) -> None:
    new, old = sample_3176().changed(4, 1, GIA_TRI="15.0"), sample_3176()
    intake.file(new, made_on="20250320")
    before = _store()
    account = intake.file(old, made_on="20250315")
    assert account.corrected == 1
    assert one("SELECT past FROM intake_visit ORDER BY package_id DESC LIMIT 1") is True
    assert _store() == before
    late = rows("SELECT version, arrived_late, body FROM records_resource_version")
    assert [(version, arrived_late, b"13.2" in body) for version, arrived_late, body in late] == [(2, True, True)]
    assert intake.file(old, made_on="20250315").unchanged == 1
    assert one("SELECT made_on FROM intake_current_visit") == date(2025, 3, 20)


def test_a_correction_after_a_late_one_gets_the_next_number(intake: Intake) -> None:
    for value, made_on in (("15.0", "20250320"), ("13.2", "20250315"), ("16.0", "20250325")):
        intake.file(sample_3176().changed(4, 1, GIA_TRI=value), made_on=made_on)
    (leukocytes, *_) = resources("Observation")
    assert (leukocytes[1], b"16.0" in leukocytes[2]) == (3, True)


def test_two_late_sendings_with_a_line_that_is_gone_are_both_kept(intake: Intake) -> None:
    shorter = sample_3176().without(2, 2)
    intake.file(shorter, made_on="20250320")
    for amount, made_on in (("5.000", "20250315"), ("6.000", "20250316")):
        assert intake.file(sample_3176().changed(2, 2, SO_LUONG=amount), made_on=made_on).corrected == 1
    assert len(resources("MedicationRequest")) == 1
    intake.file(sample_3176().changed(2, 2, SO_LUONG="7.000"), made_on="20250321")
    intake.file(sample_3176().changed(2, 2, SO_LUONG="8.000"), made_on="20250322")
    (_, drug) = resources("MedicationRequest")
    assert (drug[1], b"8.000" in drug[2]) == (4, True)
    assert one("SELECT count(*) FROM records_resource_version WHERE id = %s", drug[0]) == 3


def test_a_late_sending_about_somebody_else_moves_nothing(intake: Intake) -> None:
    other = sample_3176().with_(
        MA_LK="SYN.B", MA_BN="SYN-B", SO_CCCD="001180000009", MA_THE_BHYT="GD4010000000099", HO_TEN="LÊ VĂN HAI",
        GIOI_TINH="1", NGAY_SINH="198001010000",
    )  # fmt: skip
    mine = sample_3176().with_(MA_LK="SYN.A")
    intake.file(other, mine, made_on="20250320")
    before, persons = _store(), rows("SELECT person_id FROM people_person ORDER BY 1")
    wrong = mine.with_(**{name: other.summary[name] for name in other.summary if name != "MA_LK"})
    assert intake.file(wrong, made_on="20250310").corrected == 1
    assert _store() == before
    assert rows("SELECT person_id FROM people_person ORDER BY 1") == persons
    assert person_of("SYN.A") != person_of("SYN.B")


def test_a_line_that_is_gone_is_deleted_and_can_come_back(intake: Intake) -> None:
    intake.file(sample_3176())
    account = intake.file(sample_3176().without(2, 2), made_on="20250316")
    assert account.corrected == 1
    (gone,) = resources("MedicationRequest", deleted=True)
    assert gone[1] == 2
    assert one("SELECT count(*) FROM records_resource_version WHERE id = %s AND NOT deleted", gone[0]) == 1
    announced = one("SELECT payload::text FROM changes_change WHERE topic = 'visit.corrected'")
    assert gone[0] in announced, "whoever follows the changes learns of the deletion"
    intake.file(sample_3176(), made_on="20250317")
    assert [row[:2] for row in resources("MedicationRequest")][1] == (gone[0], 3)


def test_a_corrected_personal_number_moves_the_visit_to_the_other_person(intake: Intake) -> None:
    mother = sample_3176().with_(MA_LK="SYN.M", MA_BN="SYN-M", SO_CCCD="001150000001", MA_THE_BHYT="GD4010000000051")
    daughter = sample_3176().with_(
        MA_LK="SYN.D", MA_BN="SYN-D", SO_CCCD="001175000000", MA_THE_BHYT="GD4010000000052", NGAY_SINH="197505200000"
    )
    intake.file(mother.with_(NGAY_SINH="195001010000"), daughter)
    first, second = person_of("SYN.M"), person_of("SYN.D")
    wrong = mother.with_(MA_LK="SYN.X", NGAY_SINH="195001010000")
    intake.file(wrong, made_on="20250316")
    assert person_of("SYN.X") == first
    doctor = asker(facility="01000")
    assert [len(doctor.timeline(person).visits) for person in (first, second)] == [2, 1]
    intake.file(daughter.with_(MA_LK="SYN.X"), made_on="20250317")
    assert state() == "corrected"
    assert person_of("SYN.X") == second
    assert [len(doctor.timeline(person).visits) for person in (first, second)] == [1, 2]
    assert one("SELECT count(DISTINCT person_id) FROM records_resource WHERE encounter ="
               " (SELECT encounter FROM intake_visit WHERE ma_lk = 'SYN.X' LIMIT 1)") == 1  # fmt: skip


def _store() -> dict[tuple[int, str], tuple[object, ...]]:
    found = rows("SELECT type, id, version, body, deleted, person_id, package_id FROM records_resource")
    return {(row[0], row[1]): tuple(row[2:]) for row in found}


def _with_spaces(claim: Claim) -> Claim:
    other = claim.copy()
    for table in other.tables.values():
        for row in table.rows:
            row.update({name: f"\n  {value} " for name, value in row.items()})
    return other
