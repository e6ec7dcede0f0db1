"""Pairs and joins for tests: two persons who are alike, two who were joined."""

from hoso.core.access.actor import Actor
from hoso.engines.intake.joining import join_persons
from tests.intaking import one, sign_in


def officer() -> Actor:
    """Somebody who may decide whether two are one."""
    account = sign_in("intake_officer")
    return Actor(account.pk, account.username, "test")


def alike(first: int, second: int, probability: float = 0.9) -> int:
    """A pair that waits; its number."""
    return int(
        one(
            """
            INSERT INTO people_pair (person_id, source_person_id, other_person_id, found_by, probability, evidence)
            VALUES (%s, %s, %s, 'matcher', %s, '[{"field": "name", "level": "equal", "weight": 8.5}]') RETURNING id
            """,
            max(first, second), max(first, second), min(first, second), probability,
        )
    )  # fmt: skip


def joined(person: int, into: int) -> int:
    """A join that stands; its number."""
    join_persons(officer(), person, into, "giấy tờ khớp")
    return int(one("SELECT id FROM people_join WHERE source_person_id = %s AND parted_at IS NULL", person))
