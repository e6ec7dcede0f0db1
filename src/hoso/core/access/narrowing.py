"""What software may use of its account's roles: never more than the roles, often less."""

from dataclasses import replace

from hoso.core.access.roles import Role

ALL = "*"
READING = "reading:*"  # every permission to read or search
EXPORTING = "exporting:*"  # taking records out in bulk: neither reading nor writing opens it
WRITING = "writing:*"  # every other one


def narrowed(roles: tuple[Role, ...], allowed: frozenset[str] | None) -> tuple[Role, ...]:
    """The roles with only the allowed permissions left in them; None allows all."""
    if allowed is None:
        return roles
    return tuple(
        replace(role, permissions=frozenset(one for one in role.permissions if _is_allowed(one, allowed)))
        for role in roles
    )


def _is_allowed(permission: str, allowed: frozenset[str]) -> bool:
    act = permission.rpartition(".")[2]
    kind = READING if act in ("read", "search") else EXPORTING if act == "export" else WRITING
    return bool({permission, ALL, kind} & allowed)
