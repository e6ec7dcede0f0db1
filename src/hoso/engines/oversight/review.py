"""Accounts of other systems in the half-yearly review of accounts, as lines like those of the house's own."""

from typing import Any

from django.db import connection

from hoso.core.accounts.queries import review_lines


def lines_of_all_systems() -> list[dict[str, Any]]:
    """Every account of the house, then those of each watched system, which are locked and given rights there. For who manages accounts;
    inside a transaction in their name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT source, title, name, owner, role, last_at FROM oversight_accounts_to_review()")
        return review_lines() + [
            {
                "username": f"{source}: {name}",
                "full_name": title,
                "kind": "outside",
                "owner": owner,
                "active": True,
                "lock_reason": "",
                "second_factor": False,
                "roles": role,
                "last_sign_in": last_at.date().isoformat(),
            }
            for source, title, name, owner, role, last_at in cursor.fetchall()
        ]
