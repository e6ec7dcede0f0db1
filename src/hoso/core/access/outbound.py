"""The outbound filter: what of a person's records may leave for a destination outside, and what is kept back.

The table of label by destination is data (`definitions/sensitivity/outbound.yaml`). Whoever sends asks here first, inside
the sender's `acting_transaction`; each record kept back is one row of `access_filter_log`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from django.db import connection

from hoso.core.access.labels import labels, labels_in, mask_of
from hoso.core.definitions import definitions_folder, read_definition

Rule = Literal["send", "mask", "consent", "drop"]
STRICTNESS: tuple[Rule, ...] = ("send", "mask", "consent", "drop")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record about to leave: whose, its labels, and its name for the log (such as `Observation/x`)."""

    person_id: int
    sensitivity: int
    object: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A record that may leave; `masked`: without address, contact and facility."""

    record: Outgoing
    masked: bool


@cache
def outbound_rules() -> Mapping[str, Mapping[str, Rule]]:
    """The table: label, then destination. Raises ValueError where a label or a cell is missing."""
    folder = definitions_folder() / "sensitivity"
    given = read_definition(folder / "outbound.yaml", folder / "schema" / "outbound.json")
    wanted = set(given["destinations"])
    if set(given["rules"]) != set(labels()) or any(set(row) != wanted for row in given["rules"].values()):
        raise ValueError("outbound.yaml: every label needs one cell for each destination")
    return cast(Mapping[str, Mapping[str, Rule]], given["rules"])


def outbound_rule(sensitivity: int, destination: str) -> Rule:
    """The strictest rule of the labels of the mask. Raises KeyError for an unknown destination."""
    table = outbound_rules()
    if destination not in table["hiv"]:
        raise KeyError(destination)
    found = [table[label.key][destination] for label in labels_in(sensitivity)]
    return max(found, key=STRICTNESS.index, default="send")


def may_leave(
    actor_id: int, destination: str, records: Iterable[Outgoing], consented: Callable[[Outgoing], bool] | None = None
) -> list[Passed]:
    """The records that may leave, in their order; the others are logged, one row each. Without `consented` nobody did."""
    passed: list[Passed] = []
    kept: list[tuple[Outgoing, Rule]] = []
    for record in records:
        rule = outbound_rule(record.sensitivity, destination)
        if rule == "drop" or (rule == "consent" and not (consented and consented(record))):
            kept.append((record, rule))
        else:
            passed.append(Passed(record, rule == "mask"))
    _log(actor_id, destination, kept)
    return passed


def hides_contact(destination: str, labels_of_person: int) -> bool:
    """Whether address and contact of a person with such records stay hidden at the destination: violence at home is not
    told where the person can be found, to no proxy whatever."""
    return destination == "proxy" and bool(labels_of_person & mask_of(["domestic_violence", "child_abuse"]))


def _log(actor_id: int, destination: str, kept: Sequence[tuple[Outgoing, Rule]]) -> None:
    if kept:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO access_filter_log (actor_id, person_id, source_person_id, destination, object, labels, rule)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    (actor_id, one.person_id, one.person_id, destination, one.object, one.sensitivity, rule)
                    for one, rule in kept
                ],
            )
