"""Who an account's holder is as a person: where the keyed hash of a person's number is that of an account, they are one.

The numbers are read by the house's own service, hashed here, and forgotten; what is kept are two ids and the hash that the account
has anyway (docs/decisions/0201-holders-by-hashed-number.md). An account without a number has no known holder.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from hoso.core.accounts.actions import number_hashes

_BATCH = 10_000


def seen_since(since: datetime) -> list[int]:
    """The persons looked at since then, in any watched system."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oversight_seen(%s)", [since])
        return list(cursor.fetchone()[0])


def link_holders(persons: Collection[int]) -> int:
    """Link accounts to whom of these persons, and of those living with them, they belong to; inside a transaction of who may raise
    cases. Returns how many links are new or changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT personal_number_hash FROM accounts_account WHERE personal_number_hash <> ''")
        asked = {row[0] for row in cursor.fetchall()}
        found: dict[str, int] = {}
        if asked:
            cursor.execute("SELECT person, number FROM oversight_numbers_of(%s)", [list(persons)])
            while rows := cursor.fetchmany(_BATCH):
                hashed = zip(number_hashes(row[1] for row in rows), rows, strict=True)
                found |= {own: row[0] for own, row in hashed if own in asked}
        cursor.execute(
            """
            INSERT INTO oversight_holder AS known (account_id, person_id, number_hash)
            SELECT a.id, f.person, f.hash FROM unnest(%s::text[], %s::bigint[]) AS f (hash, person)
            JOIN accounts_account a ON a.personal_number_hash = f.hash
            ON CONFLICT (account_id) DO UPDATE SET person_id = excluded.person_id, number_hash = excluded.number_hash,
                found_at = clock_timestamp()
                WHERE (known.person_id, known.number_hash) IS DISTINCT FROM (excluded.person_id, excluded.number_hash)
            """,
            [list(found), list(found.values())],
        )
        return int(cursor.rowcount)
