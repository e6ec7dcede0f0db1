"""Every explanation explains its own case, not the look of somebody else, and not one outside its time."""

from dataclasses import replace
from typing import Any

import pytest

from hoso.engines.oversight.explaining import Explanation, explain, explanations, shares
from hoso.engines.oversight.memory import Memory

LOOK = {"moment": "2026-03-02 09:00", "account": 1, "person": 12}
SPAN = {"first": "2026-03-02 08:00", "last": "2026-03-02 10:00"}
OWN = {"account": 1, "person": 12, "facility": 1}
HERE = {"person": 12, "facility": 1}
DUTY = {"account": 1, "facility": 1, "ward": "noi", "first": "2026-03-02 07:00", "last": "2026-03-02 16:00"}

Tables = dict[str, list[dict[str, Any]]]
CASES: dict[str, Tables] = {
    "own_visit": {"fact": [{"kind": "visit", **OWN, **SPAN}]},
    "order": {"fact": [{"kind": "order", **OWN, **SPAN}]},
    "team": {"fact": [{"kind": "team", **OWN, **SPAN}]},
    "ward_shift": {"fact": [{"kind": "visit", **HERE, "ward": "noi", **SPAN}], "shift": [DUTY]},
    "reception": {"fact": [{"kind": "visit", **HERE, **SPAN}], "account": [{"role": "receptionist"}]},
    "registered_here": {"event": [{**LOOK, "moment": "2026-03-02 09:05", "action": "create", "object": "visit"}]},
    "referral": {"fact": [{"kind": "referral", **HERE, **SPAN}]},
    "laboratory": {
        "fact": [{"kind": "laboratory", **HERE, "ward": "laboratory", **SPAN}],
        "account": [{"role": "laboratory"}],
    },
    "claim": {"fact": [{"kind": "claim", **OWN, **SPAN}]},
    "identity": {"fact": [{"kind": "identity", **OWN, **SPAN}]},
    "grant": {"fact": [{"kind": "grant", **OWN, **SPAN}]},
    "programme": {"fact": [{"kind": "programme", **HERE, **SPAN}]},
    "campaign": {"fact": [{"kind": "campaign", **HERE, **SPAN}]},
    "household_task": {"fact": [{"kind": "household_task", "account": 1, "household": 5, **SPAN}]},
    "emergency": {"fact": [{"kind": "emergency", **HERE, **SPAN}]},
    "record_request": {"fact": [{"kind": "record_request", **OWN, **SPAN}]},
    "own_household": {"account": [{"person": 13}], "event": [{**LOOK, "channel": "portal"}]},
    "visit_here": {"fact": [{"kind": "visit", **HERE, **SPAN}]},
}


def reasons_of(
    tables: Tables, looks: list[dict[str, Any]] | None = None, only: Explanation | None = None
) -> dict[int, set[str]]:
    memory = Memory()
    account = {"id": 1, "role": "nurse", "facility": 1, "ward": "noi", **tables.get("account", [{}])[0]}
    memory.load_rows(
        {
            "person": [{"id": 12, "household": 5}, {"id": 13, "household": 5}, {"id": 14, "household": 6}],
            "account": [account, {"id": 2, "role": "nurse", "facility": 2, "ward": "noi"}],
            "event": [*([LOOK] if looks is None else looks), *tables.get("event", [])],
            "fact": tables.get("fact", []),
            "shift": tables.get("shift", []),
        }
    )
    explain(memory, (only,) if only else None)
    found: dict[int, set[str]] = {}
    for id_, reason in memory.ask("SELECT id, reason FROM explained"):
        found.setdefault(id_, set()).add(reason)
    return found


def test_every_explanation_has_a_case_here() -> None:
    assert [one.key for one in explanations()] == list(CASES)


@pytest.mark.parametrize("reason", explanations(), ids=lambda reason: reason.key)
def test_it_explains_its_case_and_nobody_elses(reason: Explanation) -> None:
    looks: list[dict[str, Any]] | None = [] if reason.key == "own_household" else None
    assert reason.key in reasons_of(CASES[reason.key], looks, only=reason)[1]
    others = [{**LOOK, "account": 2}, {**LOOK, "person": 14}, {**LOOK, "moment": "2027-03-02 09:00"}]
    told = reasons_of({**CASES[reason.key]}, others, only=reason)
    assert not {1, 2, 3} & set(told)


def test_an_explanation_holds_in_its_validity_alone() -> None:
    own = explanations()[0]
    assert 1 in reasons_of(CASES["own_visit"], only=own)
    assert reasons_of(CASES["own_visit"], only=replace(own, valid_from="2026-03-03")) == {}
    assert reasons_of(CASES["own_visit"], only=replace(own, valid_to="2026-03-02")) == {}


def test_the_share_explained_by_facility_and_role() -> None:
    memory = Memory()
    memory.load_rows(
        {
            "account": [{"id": 1, "role": "nurse", "facility": 1}, {"id": 2, "role": "doctor", "facility": 1}],
            "event": [LOOK, {**LOOK, "person": 13}, {**LOOK, "person": 14}, {**LOOK, "account": 2}],
            "fact": [{"kind": "team", **OWN, **SPAN}, {"kind": "visit", "person": 13, "facility": 1, **SPAN}],
        }
    )
    explain(memory)
    told = {share.role: (share.accesses, share.explained, share.weakly) for share in shares(memory)}
    assert told == {"nurse": (3, 1, 1), "doctor": (1, 0, 0)}
