"""A single decision: may this actor do this with this record, and by which rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hoso.core.access.reach import Reach
from hoso.core.access.rules import State

NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Opening:
    """A living grant, or a place in the treating team of a visit (`labels` None: what the rule opens)."""

    kind: str  # granted, own, team
    person_id: int
    labels: int | None = None
    encounter: str | None = None
    permissions: frozenset[str] = frozenset()
    facility_id: int | None = None  # only by a role held there


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision needs to know of a record: whose it is, its labels, its visit, where the person lives (the place
    and those above it) and in whose care the person was (facility, state)."""

    person_id: int
    sensitivity: int = 0
    encounter: str | None = None
    places: frozenset[int] = frozenset()
    cares: frozenset[tuple[int, State]] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """`rule` names the rule that permitted; of a refusal, `no_rule`."""

    permitted: bool
    rule: str


Decide = Callable[[Facts], Decision]
_Test = Callable[[Facts], bool]
REFUSED = Decision(False, NO_RULE)


def decider(reaches: Sequence[Reach], action: str, openings: Sequence[Opening] = ()) -> Decide:
    """One function that decides about records; it holds no more than the reaches and openings it was made from."""
    tests: list[tuple[_Test, Decision]] = []
    for reach in reaches:
        tests.extend((test, Decision(True, reach.rule)) for test in _tests(reach, action, openings))

    def decide(facts: Facts) -> Decision:
        for test, decision in tests:
            if test(facts):
                return decision
        return REFUSED

    return decide


def _tests(reach: Reach, action: str, openings: Sequence[Opening]) -> list[_Test]:
    closed = ~reach.opens
    if reach.relation == "everywhere":
        return [lambda facts: not facts.sensitivity & closed]
    if reach.relation == "place":
        place = reach.place_id
        return [lambda facts: not facts.sensitivity & closed and place in facts.places]
    if reach.relation == "facility":
        wanted = {
            (reach.facility_id, state) for state in ([reach.state] if reach.state else ["in_treatment", "closed"])
        }
        return [lambda facts: not facts.sensitivity & closed and not wanted.isdisjoint(facts.cares)]
    return [
        _opening_test(one, closed if one.labels is None else ~(one.labels & reach.opens))
        for one in openings
        if one.kind == reach.relation
        and (one.kind != "granted" or action in one.permissions)
        and one.facility_id in (None, reach.facility_id)
    ]


def _opening_test(opening: Opening, closed: int) -> _Test:
    person, visit = opening.person_id, opening.encounter
    return lambda facts: (
        facts.person_id == person and not facts.sensitivity & closed and (visit is None or visit == facts.encounter)
    )
