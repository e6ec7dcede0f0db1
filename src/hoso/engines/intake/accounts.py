"""The account of packages, added up from the ledger."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.models import Account

SUMS = """
    count(*) FILTER (WHERE v.ordinal IS NOT NULL),
    count(*) FILTER (WHERE v.state = 'filed'), count(*) FILTER (WHERE v.state = 'unchanged'),
    count(*) FILTER (WHERE v.state = 'corrected'), count(*) FILTER (WHERE v.state = 'quarantined'),
    coalesce(sum(v.findings), 0), coalesce(sum(v.lines_in), 0), coalesce(sum(v.lines_filed), 0),
    coalesce(sum(v.lines_withheld), 0), coalesce(sum(v.lines_not_mapped), 0),
    count(*) FILTER (WHERE v.state = 'withdrawn')
"""

OF_DOCUMENTS = ("documents", "entries_in", "entries_mapped", "entries_withheld", "entries_not_mapped")


def account_of_packages(actor: Actor, package_ids: Sequence[int]) -> Account:
    """The account of these packages together, with those that were among the files of one of them."""
    with acting_transaction(actor.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(DISTINCT p.id), count(DISTINCT p.id) FILTER (WHERE p.state = 'refused'), {SUMS}
            FROM intake_package p LEFT JOIN intake_visit v ON v.package_id = p.id WHERE p.id = ANY (%s) OR p.part_of = ANY (%s)
            """,
            [list(package_ids), list(package_ids)],
        )
        account = Account(*map(int, cursor.fetchone()))
        cursor.execute(
            """
            SELECT count(*), coalesce(sum(d.entries), 0), coalesce(sum(d.mapped), 0), coalesce(sum(d.withheld), 0),
                   coalesce(sum(d.not_mapped), 0)
            FROM cda_document d JOIN intake_package p ON p.id = d.package_id
            WHERE p.id = ANY (%s) OR p.part_of = ANY (%s)
            """,
            [list(package_ids), list(package_ids)],
        )
        return replace(account, **dict(zip(OF_DOCUMENTS, map(int, cursor.fetchone()), strict=True)))
