"""Damages one value of a claim in every way that makes sense for what is there. Looks at the XML's values only."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.claim_packages import Claim

MISSING, TOO_LONG, WRONG_TYPE, NO_CODE = "missing", "too long", "wrong type", "code not in list"
LONGER_THAN_ANY_FIELD = 6000


@dataclass(frozen=True)
class Mutation:
    """One value changed: where, how, and into what."""

    kind: str
    table: int
    line: int
    field: str
    value: str

    def on(self, claim: Claim) -> Claim:
        return claim.changed(self.table, self.line, **{self.field: self.value})


def mutations(claim: Claim) -> Iterator[Mutation]:
    """Every mutation of every value that is there."""
    for number, table in claim.tables.items():
        for line, row in enumerate(table.rows, 1):
            for field, value in row.items():
                if value:
                    for kind, changed in _changes(value):
                        yield Mutation(kind, number, line, field, changed)


def _changes(value: str) -> Iterator[tuple[str, str]]:
    yield MISSING, ""
    yield TOO_LONG, value * (LONGER_THAN_ANY_FIELD // len(value) + 1)
    yield WRONG_TYPE, "x" * len(value)
    for digit in "907":
        changed = "".join(digit if one.isdecimal() else "Z" if one.isalpha() else one for one in value)
        if changed != value:
            yield NO_CODE, changed
