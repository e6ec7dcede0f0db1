"""The FHIRPath engine in use against the suite of FHIR/fhir-test-cases; what fails is listed in docs/reference/fhirpath.md."""

from collections import Counter
from pathlib import Path

from hoso.engines.records.fhir.fhirpath import evaluate
from tests.conformance.fhirpath_suite import Case, cases, passes

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "fhirpath.md"


def test_the_engine_passes_85_percent_of_the_runnable_cases() -> None:
    runnable = [case for case in cases() if case.input is not None]
    assert len(runnable) == 915
    failed = Counter(case.group for case in runnable if not passes(case, evaluate))
    assert failed.total() <= 0.15 * len(runnable)
    page = PAGE.read_text()
    assert [group for group, count in failed.items() if f"| {group} | {count} |" not in page] == []


def test_the_scorer_is_strict() -> None:
    case = Case("", "", "1", {}, False, False, (("integer", "1"),))
    assert passes(case, lambda *_: [1])
    for wrong in ([], [2], ["1"], [True], [1, 1]):
        assert not passes(case, lambda *_, wrong=wrong: wrong)
    refused = Case("", "", "2 +", {}, True, False, ())
    assert not passes(refused, lambda *_: [])


def test_an_expression_of_the_wrong_type_is_refused_by_the_scorer() -> None:
    case = Case("", "", "true", {}, False, False, (("boolean", "true"),))
    assert passes(case, lambda *_: [True]) and not passes(case, lambda *_: ["true"])
