"""How far an actor reaches: the rules, narrowed to one account, one purpose and one action.

A reach is one rule by one assignment: by which relation a record must be tied to the actor, and which labels it may
carry. Decisions and SQL are made from reaches, so that they cannot differ in what they know.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hoso.core.access.labels import labels, mask_of
from hoso.core.access.rules import STATES, Relation, Rule, State


@dataclass(frozen=True)
class Assignment:
    """A role held today: at a facility, in a place, or (both None) without either. `everywhere`: the role may then
    reach everybody; `sees_persons`: the role reaches persons at all."""

    role: str
    facility_id: int | None = None
    place_id: int | None = None
    everywhere: bool = False
    sees_persons: bool = True


@dataclass(frozen=True)
class Reach:
    """`opens`: a record may carry these labels and no others. `state` None: care in any state. One by a grant or a
    treating team keeps the facility where the role is held: these may count there alone."""

    rule: str
    relation: Relation
    opens: int
    facility_id: int | None = None
    place_id: int | None = None
    state: State | None = None


def reaches(rules: Iterable[Rule], held: Iterable[Assignment], purpose: str, action: str) -> tuple[Reach, ...]:
    """Every reach of an account that holds these roles; what a forbidding rule hides is taken off each of them."""
    rules, held = tuple(rules), tuple(held)
    against = hidden_by(rules, held)
    if against is None:
        return ()
    found: dict[Reach, None] = {}
    for rule in rules:
        if rule.effect == "forbid" or purpose not in rule.purposes or action not in rule.actions:
            continue
        for one in held:
            if one.role in rule.roles and one.sees_persons and _carries(rule, one):
                found.update(dict.fromkeys(_reaches_of(rule, one, against)))
    return tuple(found)


def hidden_by(rules: Iterable[Rule], held: Iterable[Assignment]) -> int | None:
    """The labels that the forbidding rules hide from an account with these roles; None where they hide everything."""
    roles = frozenset(one.role for one in held)
    speaking = [rule for rule in rules if rule.effect == "forbid" and rule.applies_to(roles)]
    if any(rule.everything for rule in speaking):
        return None
    mask = 0
    for rule in speaking:
        mask |= rule.hides
    return mask


def _carries(rule: Rule, held: Assignment) -> bool:
    if rule.relation == "everywhere":
        return held.everywhere and held.facility_id is None and held.place_id is None
    if rule.relation == "facility":
        return held.facility_id is not None
    if rule.relation == "place":
        return held.place_id is not None
    return True


def _reaches_of(rule: Rule, held: Assignment, against: int) -> Iterable[Reach]:
    relation = rule.relation
    assert relation is not None
    opens = rule.opens.get(held.role, 0) & mask_of(labels()) & ~against
    facility_id = held.facility_id if relation in ("facility", "granted", "own", "team") else None
    place_id = held.place_id if relation == "place" else None
    if relation != "facility" or rule.states == frozenset(STATES):
        yield Reach(rule.id, relation, opens, facility_id, place_id)
    else:
        yield from (Reach(rule.id, relation, opens, facility_id, place_id, state) for state in sorted(rule.states))
