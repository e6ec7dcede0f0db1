"""Every line of the policy removed, turned round, or changed in one word: each change is noticed by the matrix.

A mutant runs in process: as single decisions, and as the SQL of lists over the world of the matrix, past row security.
It is killed where one cell differs from the second policy.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.db import connections

from hoso.core.access.decisions import decider
from hoso.core.access.labels import labels
from hoso.core.access.predicates import person_predicate
from hoso.core.access.reach import reaches
from hoso.core.access.rules import STATES, Relation, Rule, role_reaches, shipped_rules
from tests.access_matrix.oracle import Asker, Cell, may
from tests.access_matrix.urls import ACTIONS, PURPOSES
from tests.access_matrix.world import KINDS, LABELS, RELATIONS, Matrix, build
from tests.intaking import Intake

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "policy-proof.md"


@dataclass(frozen=True)
class Mutant:
    name: str
    rule: Rule  # the line that was changed
    rules: tuple[Rule, ...]


def mutants() -> Iterator[Mutant]:
    rules = shipped_rules()
    for rule in rules:
        rest = tuple(one for one in rules if one is not rule)
        yield Mutant(f"{rule.id}: removed", rule, rest)
        yield Mutant(f"{rule.id}: turned round", rule, (*rest, _turned(rule)))
        for what, changed in _changes(rule):
            yield Mutant(f"{rule.id}: {what}", rule, (*rest, changed))


def _turned(rule: Rule) -> Rule:
    if rule.effect == "permit":
        return replace(rule, effect="forbid", everything=True)
    everybody = rule.roles or frozenset(role_reaches())
    return replace(
        rule, effect="permit", relation="facility", roles=everybody, purposes=frozenset(PURPOSES),
        actions=frozenset(ACTIONS), opens=dict.fromkeys(everybody, rule.hides),
    )  # fmt: skip


def _changes(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for role in sorted(rule.roles):
        if len(rule.roles) > 1:
            yield f"without the role {role}", replace(rule, roles=rule.roles - {role})
    if rule.effect == "forbid":
        for role in sorted(rule.except_roles):
            yield f"without the exception {role}", replace(rule, except_roles=rule.except_roles - {role})
        return
    for action in sorted(rule.actions):
        yield f"without the action {action}", replace(rule, actions=rule.actions - {action})
    for action in set(ACTIONS) - rule.actions:
        yield f"with the action {action}", replace(rule, actions=rule.actions | {action})
    for state in rule.states if rule.relation == "facility" else ():
        yield f"without the state {state}", replace(rule, states=rule.states - {state})
    if rule.states != frozenset(STATES) and rule.relation == "facility":
        yield "in every state", replace(rule, states=frozenset(STATES))
    other: tuple[Relation, ...] = ("everywhere", "facility", "place", "own", "team", "granted")
    for relation in other:
        if relation != rule.relation:
            yield f"by the relation {relation}", replace(rule, relation=relation)
    for label in labels().values():
        turned = {role: mask ^ label.mask for role, mask in rule.opens.items()}
        yield f"with the label {label.key} turned round", replace(rule, opens=turned)


@pytest.fixture(scope="module")
def matrix(filled: Callable[[], Intake]) -> Iterator[Matrix]:
    filled()
    yield build(KINDS[:1])


def _concerned(matrix: Matrix, mutant: Mutant) -> list[Asker]:
    """The askers whose cells the change can touch: those who hold a role it names; of `any`, everybody."""
    return [
        asker for asker in matrix.accounts
        if not mutant.rule.roles or mutant.rule.roles & set(asker.roles)
    ]  # fmt: skip


def _killed_by_decisions(matrix: Matrix, mutant: Mutant) -> bool:
    facts = {(relation, label): matrix.facts(relation, label) for relation in RELATIONS for label in LABELS}
    for asker in _concerned(matrix, mutant):
        for purpose in _asked_purposes(asker):
            for action in ACTIONS:
                found = reaches(mutant.rules, matrix.assignments(asker), purpose, action)
                decide = decider(found, action, matrix.openings())
                if any(
                    decide(fact).permitted != may(asker, Cell(purpose, action, *key)) for key, fact in facts.items()
                ):
                    return True
    return False


def _killed_by_lists(matrix: Matrix, mutant: Mutant) -> bool:
    kind = KINDS[0]
    for asker in _concerned(matrix, mutant):
        for purpose in _asked_purposes(asker):
            with connections["owner"].cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('hoso.actor', %s, false), set_config('hoso.purpose', %s, false)",
                    [str(matrix.accounts[asker].pk), purpose],
                )
                for action in ACTIONS:
                    found = reaches(mutant.rules, matrix.assignments(asker), purpose, action)
                    where = person_predicate(found, action, "r", "opened.encounter = r.encounter")
                    cursor.execute(f"SELECT id FROM records_resource r WHERE {where}")
                    listed = {row[0] for row in cursor.fetchall()}
                    wanted = {
                        f"{relation}.{label}.{kind}"
                        for relation in RELATIONS for label in LABELS
                        if may(asker, Cell(purpose, action, relation, label))
                    }  # fmt: skip
                    if listed != wanted:
                        return True
    return False


def _asked_purposes(asker: Asker) -> list[str]:
    return sorted({purpose for role in asker.roles for purpose in role_reaches()[role].purposes})


def test_the_policy_as_it_is_agrees_with_the_second_one(matrix: Matrix) -> None:
    about_everybody = replace(shipped_rules()[0], roles=frozenset())
    unchanged = Mutant("none", about_everybody, shipped_rules())
    assert not _killed_by_decisions(matrix, unchanged)
    assert not _killed_by_lists(matrix, unchanged)


def _explanation(mutant: Mutant) -> str:
    """Why a surviving change changes nothing; empty where it should have been noticed."""
    if mutant.name.endswith("the label fetal_sex turned round"):
        return "fetal_sex_never forbids it to everybody, whatever a permit opens"
    if mutant.rule.relation == "granted" and mutant.name.endswith("the label prostitution turned round"):
        return "no grant of the world opens this label, so the rule's own bound is not reached"
    return ""


def test_every_mutant_is_killed(matrix: Matrix) -> None:
    by: Counter[str] = Counter()
    survivors: list[tuple[str, str]] = []
    for mutant in mutants():
        decisions, lists = _killed_by_decisions(matrix, mutant), _killed_by_lists(matrix, mutant)
        by.update(decisions=decisions, lists=lists, all=1)
        if not decisions and not lists:
            survivors.append((mutant.name, _explanation(mutant)))
    print(f"\n{by['all']} mutants: {by['decisions']} killed by decisions, {by['lists']} by lists")
    print("\n".join(f"survives: {name}: {why}" for name, why in survivors))
    assert [name for name, why in survivors if not why] == []
    told = re.findall(r"^\| (\w+) \| (with the label .*?) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted((f"{rule}: {change}", why) for rule, change, why in told) == sorted(survivors), PAGE
    assert by["all"] > 200
