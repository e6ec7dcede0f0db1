"""Bringing `access_rule`, which row security reads, in line with the shipped rules."""

from typing import Any

from hoso.core.access.rules import STATES, Rule, shipped_rules

_COLUMNS = (
    "id", "effect", "role", "roles", "except_roles", "purposes", "actions", "relation", "state", "opens", "hides",
    "everything",
)  # fmt: skip


def load_rules(cursor: Any, rules: tuple[Rule, ...] | None = None) -> int:
    """Replace the shipped rules in the open transaction of the owner; returns rows. Raises ValueError as the rules do."""
    rows = [row for rule in rules or shipped_rules() for row in _rows(rule)]
    cursor.execute("DELETE FROM access_rule WHERE origin = 'shipped'")
    names, marks = ", ".join(_COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
    cursor.executemany(f"INSERT INTO access_rule ({names}) VALUES ({marks})", rows)
    return len(rows)


def _rows(rule: Rule) -> list[tuple[Any, ...]]:
    if rule.effect == "forbid":
        whom = sorted(rule.roles), sorted(rule.except_roles)
        return [(rule.id, "forbid", "", *whom, [], [], "", "", 0, rule.hides, rule.everything)]
    any_state = rule.relation != "facility" or rule.states == frozenset(STATES)
    what = sorted(rule.purposes), sorted(rule.actions), rule.relation
    return [
        (rule.id, "permit", role, [], [], *what, state, rule.opens[role], 0, False)
        for role in sorted(rule.roles)
        for state in ([""] if any_state else sorted(rule.states))
    ]
