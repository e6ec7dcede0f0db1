"""Which decision a visit follows: stated, else its tags, else its day; where these disagree a warning says so."""

from datetime import date

import pytest

from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.sent import PackageHeader, SentVisit
from hoso.engines.intake.versions import decide_version

DAYS = {
    "qd4210": date(2019, 5, 1), "qd130": date(2024, 6, 30), "qd4750": date(2024, 7, 1), "qd3176": date(2025, 3, 1),
}  # fmt: skip


def visit_of(decision: str, *tables: int) -> SentVisit:
    """A visit with every tag of these tables."""
    known = load_decisions()[decision].tables
    sent = {number: [{field.name: "1" for field in known[number].fields}] for number in tables or (1, 2, 3, 4)}
    return SentVisit(PackageHeader("01000", None, None), 1, sent)


@pytest.mark.parametrize("decision", DAYS)
def test_tags_and_day_that_agree_decide_without_a_word(decision: str) -> None:
    chosen, finding = decide_version(visit_of(decision), None, DAYS[decision])
    assert (chosen.key, finding) == (decision, None)


@pytest.mark.parametrize("decision", DAYS)
def test_the_stated_version_goes_first(decision: str) -> None:
    chosen, finding = decide_version(visit_of("qd4210"), decision, DAYS["qd4210"])
    assert chosen.key == decision
    assert (finding is None) == (decision == "qd4210")


@pytest.mark.parametrize(("tags", "day"), [("qd4210", "qd3176"), ("qd130", "qd4750"), ("qd130", "qd4210")])  # fmt: skip
def test_tags_that_disagree_with_the_day_are_a_warning_that_names_both(tags: str, day: str) -> None:
    chosen, finding = decide_version(visit_of(tags), None, DAYS[day] if day != "qd130" else date(2023, 3, 1))
    assert chosen.key == tags
    assert finding is not None
    assert (finding.code, finding.severity) == ("HS3106", "warning")
    assert tags in finding.params["found"] and tags not in finding.params["expected"]


def test_where_two_decisions_have_the_same_tags_the_day_decides() -> None:
    for key in ("qd4750", "qd3176"):
        chosen, finding = decide_version(visit_of("qd4750", 1, 2), None, DAYS[key])
        assert (chosen.key, finding) == (key, None)


def test_without_a_day_the_tags_decide_alone() -> None:
    assert [decide_version(visit_of(key), None, None)[0].key for key in ("qd4210", "qd130")] == ["qd4210", "qd130"]
    assert decide_version(visit_of("qd4210"), None, None)[1] is None


def test_without_a_day_of_leaving_the_day_of_arriving_helps_and_never_warns() -> None:
    for key in ("qd4750", "qd3176"):
        chosen, finding = decide_version(visit_of("qd4750", 1, 2), None, None, DAYS[key])
        assert (chosen.key, finding) == (key, None)
    assert decide_version(visit_of("qd4210"), None, None, DAYS["qd3176"]) == (load_decisions()["qd4210"], None)


def test_a_tag_or_two_that_nobody_knows_do_not_turn_the_decision() -> None:
    visit = visit_of("qd130")
    visit.tables[1][0]["LA"] = visit.tables[2][0]["KHAC"] = "x"
    assert decide_version(visit, None, DAYS["qd130"])[0].key == "qd130"
