"""What tells one kind of list from another; everything else about them is the same."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ListKind:
    """`table` and `refusals` have the columns of `household_list` and `household_refusal`, each with its own row security."""

    table: str
    refusals: str
    about: str  # what the audit calls a list of this kind
    permission: str  # who gives, watches and stops them
    lock: int  # of the database: one process at a time takes a list
