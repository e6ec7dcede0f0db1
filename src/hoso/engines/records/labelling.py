"""Sensitive labels of a visit or a person, set and lifted by hand: a decision with its reason, carried into every copy.

No stored byte changes: each resource gets a version of the same bytes whose `meta.security` says the new labels. A later
sending of the visit keeps what was decided (`actions.RecordBatch`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.labels import Label, labels, labels_in
from hoso.core.access.policy import Scope
from hoso.core.accounts.machines import as_intake_service
from hoso.core.errors import HosoError
from hoso.engines.records.reading import resources_of_person
from hoso.engines.records.resource_types import NUMBERS
from hoso.engines.records.ties import relabel_ties
from hoso.engines.records.treating_teams import settle_teams

SHORTEST_REASON = 10
_ALL = tuple(sorted(NUMBERS))
OF_PERSON = ("domestic_violence", "child_abuse")  # a person's too: they hide address and contact from every proxy


@dataclass(frozen=True)
class Decision:
    """One label set or lifted, by whom and why."""

    label: Label
    is_set: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Labelled:
    """The labels that a visit or person carries now, the decisions about them (newest first), and what may be labelled."""

    carried: tuple[Label, ...]
    decisions: tuple[Decision, ...]
    choices: tuple[Label, ...]
    resources: int


def labels_of(scope: Scope, person_id: int, encounter: str | None) -> Labelled | None:
    """What the asker may see of the labels; None where there is no such visit in scope."""
    decisions = _decisions(scope, person_id, encounter)
    if encounter is None:
        newest = {one.label.key: one.is_set for one in reversed(decisions)}
        carried = tuple(label for label in labels().values() if newest.get(label.key))
        return Labelled(carried, decisions, tuple(labels()[key] for key in OF_PERSON), 0)
    rows = _rows(scope, person_id, encounter)
    if not rows:
        return None
    mask = 0
    for sensitivity in rows:
        mask |= sensitivity
    return Labelled(labels_in(mask), decisions, tuple(labels().values()), len(rows))


def decide_label(
    actor: Actor, scope: Scope, person_id: int, encounter: str | None, key: str, is_set: bool, reason: str
) -> int:
    """Set or lift one label; gives how many resources it changed. Runs inside `core.access.reading.read`.

    Raises HosoError HS2131 without a reason in words, HS2132 for a label that cannot be set here or changes nothing,
    HS5001 where there is no such visit to see.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise HosoError("HS2131", shortest=SHORTEST_REASON)
    found = labels_of(scope, person_id, encounter)
    if found is None:
        raise HosoError("HS5001")
    label = next((one for one in found.choices if one.key == key), None)
    if (
        label is None
        or (label in found.carried and is_set and encounter is None)
        or (label not in found.carried and not is_set)
    ):
        raise HosoError("HS2132")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT records_decide_label(%s, %s, %s, %s, %s, %s)",
            [person_id, encounter, label.mask, is_set, reason.strip()[:1000], actor.name],
        )
        changed = int(cursor.fetchone()[0])
        if encounter is not None:
            with as_intake_service():
                relabel_ties(cursor, [person_id])
            settle_teams(cursor, [person_id], [encounter])
    return changed


def hides_contact(person_id: int) -> bool:
    """Whether address and contact of the person are told to nobody who acts for them, legal guardian included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT records_hides_contact(%s)", [person_id])
        return bool(cursor.fetchone()[0])


def _rows(scope: Scope, person_id: int, encounter: str) -> Sequence[int]:
    return [one.sensitivity for one in resources_of_person(scope, person_id, _ALL, encounter=encounter)]


def _decisions(scope: Scope, person_id: int, encounter: str | None) -> tuple[Decision, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.sensitivity, d.is_set, d.reason, d.decided_by_name, d.decided_at FROM records_label_decision d
            WHERE d.person_id = %s AND d.encounter IS NOT DISTINCT FROM %s AND {scope.persons("d", of_visits=True)}
            ORDER BY d.id DESC
            """,
            [person_id, encounter],
        )
        return tuple(Decision(labels_in(row[0])[0], *row[1:]) for row in cursor.fetchall())
