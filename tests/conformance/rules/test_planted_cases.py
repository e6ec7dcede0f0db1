"""Each rule is tripped by its planted case and by no other, and what must not trip it does not."""

from decimal import Decimal

import pytest

from hoso.engines.intake.preparing import prepare
from hoso.engines.intake.rules.book import load_rules
from hoso.engines.intake.sent import Finding, PackageHeader, Part, RawVisit
from tests.claim_packages import Claim
from tests.conformance.rules.complete_package import check_ins, visit
from tests.conformance.rules.planted_cases import (
    EXAMPLE_72000,
    EXAMPLE_73000,
    FACILITY_SPONSOR,
    PLANTED,
    PROGRAMME_PAYS,
    Changes,
    Planted,
)


def checked(version: str, changes: Changes, check_in: int | None = None) -> list[Finding]:
    claim: Claim = visit(version) if check_in is None else check_ins(version)[check_in]
    for place, values in changes.items():
        table, _, line = place.partition(".")
        assert values.keys() <= claim.tables[int(table)].rows[int(line) - 1].keys(), (place, values)
        claim = claim.changed(int(table), int(line), **values)
    parts = [Part(f"XML{number}", rows.xml()) for number, rows in claim.tables.items()]
    return prepare(RawVisit(PackageHeader("01000", None, 1), 1, parts), version).findings


def _name(case: Planted) -> str:
    return f"{case.rule}-{case.version}-XML{case.where[0]}"


@pytest.mark.parametrize("case", PLANTED, ids=_name)
def test_a_planted_case_trips_its_rule_alone(case: Planted) -> None:
    found = [(one.rule, one.table, one.line, one.field) for one in checked(case.version, case.trips, case.check_in)]
    assert found == [(case.rule, *case.where)]


@pytest.mark.parametrize("case", PLANTED, ids=_name)
def test_what_must_not_trip_does_not(case: Planted) -> None:
    assert checked(case.version, case.fine, case.check_in) == []


def test_every_rule_has_its_cases() -> None:
    assert {case.rule for case in PLANTED} == set(load_rules())


def test_how_hard_it_bites_follows_the_evidence() -> None:
    for case in PLANTED:
        (one,) = checked(case.version, case.trips, case.check_in)
        rule = load_rules()[case.rule]
        if rule.decisions[case.version] == "official" and rule.severity is None:
            assert one.severity == "error", case
        else:
            assert one.severity == (rule.severity or "warning"), case


def test_what_an_amount_should_be_is_told() -> None:
    (one,) = checked("qd3176", EXAMPLE_73000)
    assert (one.params["found"], one.params["expected"]) == ("73000.00", "72000.00")
    (one,) = checked("qd4210", {"3.1": {"T_BHTT": "44000.00"}})
    assert Decimal(one.params["expected"]) == 45000


def test_the_ways_of_one_decision_are_not_those_of_another() -> None:
    # QĐ 3176 knows no payer of the whole facility and no ARV case: what the patient pays alone is reduced first.
    found = checked("qd3176", PROGRAMME_PAYS)
    assert {(one.rule, one.field, one.params["expected"]) for one in found} == {
        ("money.3176.chia_dvkt", "T_BNTT", "6000.00"), ("money.3176.chia_dvkt", "T_BNCCT", "9000.00"),
    }  # fmt: skip
    assert {one.rule for one in checked("qd3176", FACILITY_SPONSOR)} >= {"money.3176.thuoc_bh"}
    assert {one.rule for one in checked("qd4750", EXAMPLE_72000)} == {"money.dvkt_bv_4750"}


def test_a_wrong_line_is_not_told_again_by_the_sums_but_a_wrong_sum_is() -> None:
    line = {"2.1": {"THANH_TIEN_BV": "11000.00"}}
    assert [one.rule for one in checked("qd4750", line)] == ["money.thuoc_bv"]
    both = checked("qd4750", {**line, "1.1": {"T_THUOC": "12000.00"}})
    assert [one.rule for one in both] == ["money.thuoc_bv", "sums.thuoc"]
