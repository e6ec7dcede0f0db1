"""Every field of every table of the four decisions, damaged in every way that applies, gives exactly what the notes say.

1,442 fields; the mutator reads only XML, the expectations come from the notes' tables, the complete packages from a writer
of the tests. What no mutation applies to stands in docs/reference/fields-without-mutation.md.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from hoso.engines.intake.preparing import prepare
from hoso.engines.intake.sent import PackageHeader, Part, RawVisit
from tests.claim_packages import Claim
from tests.conformance.rules.complete_package import NEVER_SENT, VERSIONS, check_ins, numbers, standard, visit
from tests.conformance.rules.expectations import Finding, expected
from tests.conformance.rules.mutations import MISSING, NO_CODE, TOO_LONG, WRONG_TYPE, Mutation, mutations
from tests.conformance.rules.report import TARGET, report

TABLES = [(version, number) for version in VERSIONS for number in numbers(version) if number != NEVER_SENT]


def found(version: str, claim: Claim) -> list[Finding]:
    """What HoSo finds in a claim."""
    parts = [Part(f"XML{number}", table.xml()) for number, table in claim.tables.items()]
    prepared = prepare(RawVisit(PackageHeader("01000", None, 1), 1, parts), version)
    return [(one.code, one.severity, one.table, one.line, one.field) for one in prepared.findings]


def claims(version: str, number: int) -> list[Claim]:
    return check_ins(version) if number == 0 else [visit(version)]


def cases(version: str, number: int) -> Iterator[tuple[Claim, Mutation]]:
    """Mutations of one table; of codes only the first that is none."""
    for claim in claims(version, number):
        done: set[tuple[int, str]] = set()
        for mutation in mutations(claim):
            if mutation.table != number:
                continue
            place = (mutation.line, mutation.field)
            if mutation.kind == NO_CODE:
                row = claim.tables[number].rows[mutation.line - 1]
                if place in done or expected(version, mutation, row).finding is None:
                    continue
                done.add(place)
            yield claim, mutation


@pytest.mark.parametrize("version", VERSIONS)
def test_the_complete_packages_are_clean(version: str) -> None:
    for claim in [visit(version), *check_ins(version)]:
        assert found(version, claim) == []


@pytest.mark.parametrize(("version", "number"), TABLES)
def test_every_field_of_the_table_is_there_and_filled(version: str, number: int) -> None:
    given = claims(version, number)
    filled = {name for claim in given for row in claim.tables[number].rows for name, value in row.items() if value}
    assert filled == set(standard(version, number).fields)


@pytest.mark.parametrize(("version", "number"), TABLES)
def test_every_mutation_gives_exactly_what_the_notes_say(version: str, number: int) -> None:
    wrong = []
    for claim, mutation in cases(version, number):
        told = expected(version, mutation, claim.tables[number].rows[mutation.line - 1])
        if told.finding is None and mutation.kind != MISSING:
            continue
        got = found(version, mutation.on(claim))
        if got != ([told.finding] if told.finding else []):
            wrong.append((mutation.kind, mutation.line, mutation.field, mutation.value[:20], told, got))
    assert wrong == []


def test_all_1442_fields_are_counted() -> None:
    assert sum(len(standard(version, number).fields) for version in VERSIONS for number in numbers(version)) == 1442


def test_the_mutations_are_as_many_as_reported() -> None:
    counted = Counter[str]()
    for version, number in TABLES:
        seen: set[tuple[str, str]] = set()
        for claim, mutation in cases(version, number):
            told = expected(version, mutation, claim.tables[number].rows[mutation.line - 1])
            if told.finding:
                seen.add((mutation.kind, mutation.field))
        counted.update(kind for kind, _ in seen)
    assert set(counted) == {MISSING, TOO_LONG, WRONG_TYPE, NO_CODE}
    assert TARGET.read_text(encoding="utf-8") == report(), "run python -m tests.conformance.rules.report"
