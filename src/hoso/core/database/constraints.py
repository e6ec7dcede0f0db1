"""Which of the database's rules a refused statement broke: call sites turn its name into a coded error."""

from django.db import DatabaseError


def broken_constraint(error: DatabaseError) -> str:
    """The name of the constraint; empty where PostgreSQL names none, as where row security refuses."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
