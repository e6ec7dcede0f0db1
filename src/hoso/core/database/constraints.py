"""Which of the database's rules a refused statement broke: call sites turn its name into a coded error."""

from django.db import DatabaseError


def broken_constraint(error: DatabaseError) -> str:
    """The name of the constraint; empty where PostgreSQL names none, as where row security refuses."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def refused_by_row_security(error: DatabaseError) -> bool:
    """Whether a row was refused since the actor may not write it. PostgreSQL has one number for this and for a missing grant, which
    is a fault of ours and no refusal: so its words are read."""
    return "row-level security" in str(error)
