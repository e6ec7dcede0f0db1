"""A slow, plain second reader of the same packages: its figures equal what the record serves."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from tests.conformance.province import Expected, expected, packages
from tests.intaking import Asker, Intake, asker, rows


@pytest.fixture(scope="module")
def served(filled: Callable[[], Intake]) -> dict[tuple[str, str], tuple[int, str, int]]:
    """(facility, MA_LK) -> person, encounter, labels; of visits that are filed."""
    intake = filled()
    for content in packages():
        intake.send(content)
    found = rows(
        "SELECT f.code, v.ma_lk, v.person_id, v.encounter, v.sensitivity,"
        " (SELECT count(*) FROM intake_line_aside a WHERE a.package_id = v.package_id AND a.ordinal = v.ordinal"
        "  AND why = 'withheld') FROM intake_visit v JOIN places_facility f ON f.id = v.facility_id"
        " WHERE v.state IN ('filed', 'corrected') AND NOT past"
    )
    return {(row[0], row[1]): (row[2], row[3], row[5]) for row in found}


def _last_sent() -> dict[tuple[str, str], Expected]:
    return {(one.facility, ma_lk): one for ma_lk, one in expected()}


def test_every_visit_is_served_with_its_figures(served: dict[tuple[str, str], tuple[int, str, int]]) -> None:
    doctors: dict[str, Asker] = {}
    compared = 0
    for key, wanted in _last_sent().items():
        person, encounter, withheld = served[key]
        if withheld:
            continue
        doctor = doctors.setdefault(key[0], asker("doctor", key[0]))
        visit = doctor.visit(person, encounter)
        assert visit is not None and visit.costs is not None, key
        counts = (len(visit.medications), len(visit.services), len(visit.results), len(visit.course))
        assert counts == (wanted.lines[2], wanted.lines[3], wanted.lines[4], wanted.lines[5]), key
        assert sum(line.total for line in visit.costs.lines) == wanted.drugs + wanted.services, key
        assert sum(line.insurer for line in visit.costs.lines) == wanted.insurer, key
        assert visit.costs.insurer + visit.costs.copay + visit.costs.self_paid + visit.costs.other == visit.costs.total
        assert visit.summary.started == _moment(wanted.admitted), key
        assert visit.summary.ended == _moment(wanted.left), key
        assert len(visit.papers) == sum(wanted.lines[number] for number in (7, 8, 9, 10, 11, 13, 14)), key
        compared += 1
    assert compared > 50


def test_every_visit_stands_on_its_persons_timeline(served: dict[tuple[str, str], tuple[int, str, int]]) -> None:
    nobody_twice = {(person, encounter) for person, encounter, _ in served.values()}
    assert len(nobody_twice) == len(served) == len(_last_sent())
    doctor = asker("doctor", "01000")
    (ours,) = [one for key, one in served.items() if key == ("01000", "SYN3176.0000001")]
    assert [visit.encounter for visit in doctor.timeline(ours[0]).visits] == [ours[1]]


def test_the_store_holds_every_line_that_was_not_set_aside(served: object) -> None:
    filed = rows(
        "SELECT v.ma_lk, r.source_table, count(DISTINCT r.source_line) FROM intake_visit v"
        " JOIN records_resource r ON r.encounter = v.encounter AND NOT r.deleted AND r.source_line > 0"
        " WHERE v.state IN ('filed', 'corrected') AND NOT v.past GROUP BY 1, 2"
    )
    aside = rows(
        "SELECT v.ma_lk, a.table_no, count(*) FROM intake_visit v JOIN intake_line_aside a"
        " ON a.package_id = v.package_id AND a.ordinal = v.ordinal GROUP BY 1, 2"
    )
    total: dict[tuple[str, int], int] = {}
    for ma_lk, table, count in (*filed, *aside):
        total[ma_lk, table] = total.get((ma_lk, table), 0) + count
    wanted = {(ma_lk, table): n for (_, ma_lk), one in _last_sent().items() for table, n in one.lines.items()}
    assert total == wanted


def test_the_money_of_a_sample_is_as_its_description_says(served: dict[tuple[str, str], tuple[int, str, int]]) -> None:
    person, encounter, _ = served["01000", "SYN3176.0000001"]
    visit = asker("doctor", "01000").visit(person, encounter)
    assert visit is not None and visit.costs is not None
    costs = visit.costs
    assert (costs.total, costs.self_paid, costs.copay, costs.insurer) == (
        Decimal(1_708_500), Decimal(65_000), Decimal(328_700), Decimal(1_314_800),
    )  # fmt: skip


def _moment(text: str) -> datetime:
    return datetime.strptime(text + "+0700", "%Y%m%d%H%M%z" if len(text) == 12 else "%Y%m%d%z")
