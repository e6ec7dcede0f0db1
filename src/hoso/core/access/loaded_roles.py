"""The roles of this installation as the entries of a definition file."""

from django.db import connection

from hoso.core.access.labels import destinations
from hoso.core.access.roles import hidden_labels


def loaded_roles(everything: bool = False) -> list[dict[str, object]]:
    """Roles that an administrator made (origin local), or all; in the shape of definitions/access/roles.yaml."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key, title_vi, title_en, everywhere, second_factor, permissions, purposes, hidden_labels
            FROM access_role WHERE origin = 'local' OR %s ORDER BY key
            """,
            [everything],
        )
        names = ("key", "title_vi", "title_en", "everywhere", "second_factor", "permissions", "purposes")
        return [
            {**dict(zip(names, row[:-1], strict=True)), "destination": _destination(row[-1])}
            for row in cursor.fetchall()
        ]


def _destination(hidden: int) -> str:
    """The destination whose withheld labels the role never sees. Raises LookupError where none has this mask."""
    for name in ("all", "none", *destinations()):
        if hidden_labels(name) == hidden:
            return name
    raise LookupError(f"no destination withholds the labels {hidden:b}")
