"""A March with accesses of doctors and an overseer, and two cases: what reports of a month and of a year count."""

from datetime import date

import psycopg
from psycopg import sql
from tests.database import Database

from hoso.core.access.actor import Actor

EVENTS = """
    INSERT INTO oversight_event (source_id, key, at, account_id, person_id, facility_id, role, purpose, action, object, outcome,
                                 sensitive, break_glass, address, device)
    SELECT 1, n::text, day::timestamptz, 1 + n % 2, 7 + n % 3, NULL, role, 'treatment', 'read', '', 'done', false, false, '', ''
    FROM unnest(ARRAY['{year}-02-28 23:59+07', '{year}-03-01 00:00+07', '{year}-03-31 23:59+07', '{year}-03-15 10:00+07', '{year}-04-01 00:00+07'],
                ARRAY['doctor', 'doctor', 'doctor', 'overseer', 'doctor']) WITH ORDINALITY AS t (day, role, n)
"""


def have_a_march(database: Database, overseer: Actor, other: Actor, year: int) -> None:
    """Five events around and in March; a case of S8 and S6 opened on 10 March about an export of the 8th, closed as confirmed on the
    12th; a second one of S8 that stays open."""
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("SELECT oversight_prepare_years(%s, %s)", (date(year, 1, 1), date(year, 12, 1)))
        admin.execute(
            "INSERT INTO oversight_account (source_id, key, name, first_at, last_at)"
            " SELECT 1, 'x' || n, 'x' || n, now(), now() FROM generate_series(1, 2) n"
        )
        admin.execute(sql.SQL(EVENTS.replace("{year}", str(year))))
        admin.execute("SET session_replication_role = replica")  # cases of another time, which no trigger would let in
        for number, opened, first in ((1, f"{year}-03-10", f"{year}-03-08"), (2, f"{year}-03-20", f"{year}-03-10")):
            admin.execute(
                "INSERT INTO oversight_case (id, account_id, opened_at, opened_by, risk) OVERRIDING SYSTEM VALUE"
                " SELECT %s, min(id), %s, %s, 6 FROM oversight_account", (number, opened, other.account_id),
            )  # fmt: skip
            for sensor in ("S6", "S8")[number - 1 :]:
                admin.execute(
                    "INSERT INTO oversight_evidence (case_id, event, sensor, points, reasons, source, at, role, purpose, action, object,"
                    " outcome, sensitive, break_glass, address)"
                    " VALUES (%s, %s, %s, 1, '{}', 'hoso', %s, 'doctor', 'treatment', 'export', '', 'done', false, false, '')",
                    (number, number, sensor, first),
                )
        admin.execute(
            "INSERT INTO oversight_proposal (case_id, kind, outcome, words, proposed_by, decided_by, decided_at, agreed)"
            " VALUES (1, 'close', 'confirmed', 'đã hỏi, không có lý do', %s, %s, %s, true)",
            (overseer.account_id, other.account_id, f"{year}-03-12"),
        )
