"""Reading the intake: packages and their accounts, visits, findings. Each runs inside `access.reading.read`."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from hoso.core.access.policy import Scope
from hoso.core.audit.shown import note_labels
from hoso.core.errors import HosoError
from hoso.engines.intake.accounts import SUMS
from hoso.engines.intake.exchange import load_decisions
from hoso.engines.intake.models import Account, DeskAct, FindingRow, PackageRow, VisitRow
from hoso.engines.intake.rules.explaining import explain

_VISIT = (
    "v.package_id, v.ordinal, v.ma_lk, v.version, v.state, v.past, v.patient_name, v.admitted_at, v.person_id, v.findings,"
    " v.lines_in, v.lines_filed, v.lines_withheld, v.lines_not_mapped, v.made_on"
)


def _package_scope(scope: Scope) -> str:
    return f"({scope.facilities('p')} OR p.received_by = access_actor())"


def packages(scope: Scope, limit: int = 50, before_id: int | None = None) -> list[PackageRow]:
    """Packages, newest first."""
    return _packages(scope, "(%s::bigint IS NULL OR p.id < %s)", [before_id, before_id], limit)


def package(scope: Scope, package_id: int) -> PackageRow | None:
    """One package, by its number."""
    return next(iter(_packages(scope, "p.id = %s", [package_id], 1)), None)


def _packages(scope: Scope, condition: str, values: list[Any], limit: int) -> list[PackageRow]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH chosen AS (
                SELECT p.* FROM intake_package p WHERE {condition} AND {_package_scope(scope)} ORDER BY p.id DESC LIMIT %s
            )
            SELECT p.id, p.key::text, p.file_name, p.channel, p.received_at, a.full_name, coalesce(f.name, ''), p.state,
                   p.size_bytes, p.visits_read, p.visits_total, p.refusal::text, p.remarks::text, {SUMS},
                   count(DISTINCT d.id), coalesce(max(d.entries), 0), coalesce(max(d.mapped), 0),
                   coalesce(max(d.withheld), 0), coalesce(max(d.not_mapped), 0)
            FROM chosen p
            JOIN accounts_account a ON a.id = p.received_by
            LEFT JOIN places_facility f ON f.id = p.facility_id
            LEFT JOIN intake_visit v ON v.package_id = p.id
            LEFT JOIN cda_document d ON d.package_id = p.id
            GROUP BY p.id, p.key, p.file_name, p.channel, p.received_at, a.full_name, f.name, p.state, p.size_bytes,
                     p.visits_read, p.visits_total, p.refusal::text, p.remarks::text
            ORDER BY p.id DESC
            """,
            [*values, limit],
        )
        return [_package(row) for row in cursor.fetchall()]


def _package(row: tuple[Any, ...]) -> PackageRow:
    refusal, remarks = (json.loads(text) if text else None for text in row[11:13])
    account = Account(1, int(row[7] == "refused"), *map(int, row[13:]))
    return PackageRow(*[*row[:11], refusal, remarks or [], account])


def visits(scope: Scope, package_id: int, state: str | None = None, limit: int = 100, after: int = 0) -> list[VisitRow]:
    """Visits of a package in their order, from behind `after`, of one state or all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_VISIT}, v.sensitivity FROM intake_visit v
            WHERE v.package_id = %s AND v.ordinal > %s AND (%s::text IS NULL OR v.state = %s) AND {scope.facilities("v")}
            ORDER BY v.ordinal LIMIT %s
            """,
            [package_id, after, state, state, limit],
        )
        return _visits(cursor.fetchall())


def quarantined(scope: Scope, limit: int = 100) -> list[VisitRow]:
    """Visits in quarantine whose corrected sending has not come yet, newest package first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_VISIT}, coalesce(f.name, ''), v.sensitivity FROM intake_visit v
            LEFT JOIN places_facility f ON f.id = v.facility_id
            WHERE v.state = 'quarantined' AND {scope.facilities("v")}
              AND NOT EXISTS (SELECT 1 FROM intake_visit later WHERE later.facility_id = v.facility_id
                              AND later.ma_lk = v.ma_lk AND later.package_id > v.package_id
                              AND later.state IN ('filed', 'corrected', 'withdrawn'))
            ORDER BY v.package_id DESC, v.ordinal LIMIT %s
            """,
            [limit],
        )
        return _visits(cursor.fetchall())


def _visits(rows: list[tuple[Any, ...]]) -> list[VisitRow]:
    """Rows with their sensitivity behind them, which the audit is told."""
    note_labels(row[-1] for row in rows)
    return [VisitRow(*row[:-1]) for row in rows]


def findings(scope: Scope, package_id: int, ordinal: int | None = None, limit: int = 200) -> list[FindingRow]:
    """Findings of a package or one visit of it, errors first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT n.package_id, n.ordinal, v.ma_lk, n.code, n.severity, n.table_no, n.line, n.field, n.value,
                   n.params::text, v.version, n.rule, n.rule_set, v.sensitivity
            FROM intake_finding n JOIN intake_visit v ON v.package_id = n.package_id AND v.ordinal = n.ordinal
            WHERE n.package_id = %s AND (%s::int IS NULL OR n.ordinal = %s) AND {scope.facilities("n")}
              AND n.rule_set = v.rule_set
            ORDER BY array_position(ARRAY['error', 'warning', 'notice'], n.severity), n.ordinal, n.number LIMIT %s
            """,
            [package_id, ordinal, ordinal, limit],
        )
        rows = cursor.fetchall()
    note_labels(row[-1] for row in rows)
    return [_finding(row[:-1]) for row in rows]


def _finding(row: tuple[Any, ...]) -> FindingRow:
    package_id, ordinal, ma_lk, code, severity, table, line, field, value, params, version, rule_id, checked_by = row
    decision = load_decisions()[version].title_vi if version else ""
    where = {
        "table": f"XML{table}" if table >= 0 else "?", "line": line, "field": field, "value": value, "visit": ordinal,
        "decision": decision, "file": "",
    }  # fmt: skip
    error = HosoError(code, **{**where, **json.loads(params)})
    rule = explain(rule_id, version, table, field)
    return FindingRow(
        package_id, ordinal, ma_lk, code, severity, str(where["table"]), line, field, value, error.message("vi"),
        error.message("en"), rule.what_to_do_vi or error.what_to_do("vi"), rule.what_to_do_en or error.what_to_do("en"),
        rule_id, rule.vi, rule.en, rule.legal_source, rule.evidence, checked_by,
    )  # fmt: skip


REASONS = 3


def quarantine_reasons(scope: Scope, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[FindingRow]]:
    """The first errors of each of these visits (package, place), by today's judging."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT * FROM (
                SELECT n.package_id, n.ordinal, v.ma_lk, n.code, n.severity, n.table_no, n.line, n.field, n.value,
                       n.params::text, v.version, n.rule, n.rule_set, v.sensitivity,
                       row_number() OVER (PARTITION BY n.package_id, n.ordinal ORDER BY n.number) AS place
                FROM unnest(%s::bigint[], %s::int[]) AS k (package_id, ordinal)
                JOIN intake_visit v USING (package_id, ordinal)
                JOIN intake_finding n USING (package_id, ordinal)
                WHERE n.severity = 'error' AND n.rule_set = v.rule_set AND {scope.facilities("n")}
            ) AS listed WHERE place <= %s ORDER BY package_id, ordinal, place
            """,
            [[key[0] for key in keys], [key[1] for key in keys], REASONS],
        )
        rows = cursor.fetchall()
    note_labels(row[-2] for row in rows)
    found: dict[tuple[int, int], list[FindingRow]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(_finding(row[:-2]))
    return found


def last_desk_acts(scope: Scope, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], DeskAct]:
    """What was done last about each of these visits."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT ON (d.package_id, d.ordinal) d.package_id, d.ordinal, d.act, d.note, a.full_name, d.acted_at
            FROM unnest(%s::bigint[], %s::int[]) AS k (package_id, ordinal)
            JOIN intake_desk_act d USING (package_id, ordinal) JOIN accounts_account a ON a.id = d.acted_by
            WHERE {scope.facilities("d")} ORDER BY d.package_id, d.ordinal, d.id DESC
            """,
            [[key[0] for key in keys], [key[1] for key in keys]],
        )
        return {(row[0], row[1]): DeskAct(*row[2:]) for row in cursor.fetchall()}


def totals(scope: Scope) -> Account:
    """The account of everything in scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(DISTINCT p.id), count(DISTINCT p.id) FILTER (WHERE p.state = 'refused'), {SUMS}
            FROM intake_package p LEFT JOIN intake_visit v ON v.package_id = p.id WHERE {_package_scope(scope)}
            """
        )
        return Account(*map(int, cursor.fetchone()))


def original_of(scope: Scope, package_id: int) -> tuple[str, bytes] | None:
    """The name of a package, and the SHA-256 by which its original is opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.file_name, p.sha256,
                   (SELECT bit_or(v.sensitivity) FROM intake_visit v WHERE v.package_id = p.id)
            FROM intake_package p WHERE p.id = %s AND {_package_scope(scope)}
            """,
            [package_id],
        )
        row = cursor.fetchone()
    note_labels([row[2] or 0] if row else [])
    return (row[0], bytes(row[1])) if row else None


def filed_at(scope: Scope, encounter: str) -> tuple[int, int] | None:
    """Package and ordinal of the visit that is filed now under this Encounter; None where no package brought it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.package_id, v.ordinal FROM intake_visit v JOIN intake_current_visit c USING (package_id, ordinal)"
            f" WHERE v.encounter = %s AND {scope.facilities('v')} LIMIT 1",
            [encounter],
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None
