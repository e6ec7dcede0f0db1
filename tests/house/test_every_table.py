"""Row security of every table there is, against a slow second answer: rows counted as the administrator.

Plain SQL, so the policy in Python has no part in it. A table that comes later is tried too.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from hoso.cli.tests.running import run_hoso
from hoso.core.access.roles import hidden_labels
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Facility
from tests.database import Database

HOSPITAL = "80901"
Askers = list[tuple[int, str]]


@pytest.fixture
def filled(own_database: Database, tmp_path: Path) -> Database:
    """A small province in the store."""
    out = tmp_path / "province"
    run_hoso(own_database, "generate", "--persons", "40", "--years", "1", "--out", str(out))
    taken = run_hoso(own_database, "intake", str(out / "packages"), "--json")
    assert json.loads(taken.stdout.splitlines()[-1])["filed"] > 20, taken.stderr
    return own_database


def _tables(database: Database, policy_name: str) -> list[str]:
    with psycopg.connect(database.admin_url) as admin:
        rows = admin.execute(
            "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = %s ORDER BY 1", [policy_name]
        ).fetchall()
    return [row[0] for row in rows]


def _seen(account_id: int, purpose: str, table: str) -> int:
    with acting_transaction(account_id, purpose), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _held(database: Database, table: str, condition: str = "true", values: dict[str, Any] | None = None) -> int:
    """Rows as the administrator counts them, past row security."""
    with psycopg.connect(database.admin_url) as admin:
        row = admin.execute(f"SELECT count(*) FROM {table} t WHERE {condition}", values).fetchone()
    assert row is not None
    return int(row[0])


def test_row_security_alone_keeps_everyone_to_their_own(
    filled: Database, account_with_role: Callable[..., Account]
) -> None:
    hospital = Facility.objects.get(code=HOSPITAL)
    doctor = account_with_role("doctor", facility=hospital)
    officer = account_with_role("facility_records_officer", facility=hospital)
    administrator = (account_with_role("administrator").pk, "administration")
    overseer = (account_with_role("overseer").pk, "oversight")
    _who_has_no_business_there_sees_nothing(filled, doctor, [administrator, overseer])
    _the_doctor_sees_exactly_those_in_care(filled, doctor, hospital)
    _the_officer_sees_the_own_packages_alone(filled, officer, hospital)
    _the_doctor_cannot_write(doctor)


def _who_has_no_business_there_sees_nothing(database: Database, doctor: Account, others: Askers) -> None:
    # Nobody; a purpose the role does not have; a purpose that does not exist.
    askers = [(0, "treatment"), (doctor.pk, "administration"), (doctor.pk, "curiosity"), *others]
    tables = _tables(database, "person_scope")
    assert len(tables) >= 8
    seen = {(asker, table): _seen(*asker, table) for asker in askers for table in tables}
    assert {where: rows for where, rows in seen.items() if rows} == {}
    assert all(_seen(intake_service_id(), "record_keeping", table) == _held(database, table) for table in tables)
    assert sum(_held(database, table) > 0 for table in tables) >= 6


def _the_doctor_sees_exactly_those_in_care(database: Database, doctor: Account, hospital: Facility) -> None:
    in_reach = """
        (t.sensitivity & %(hidden)s) = 0 AND EXISTS (
            SELECT 1 FROM access_care_relation c WHERE c.person_id = t.person_id AND c.facility_id = %(facility)s
              AND (c.sensitivity & %(hidden)s) = 0)"""
    values = {"hidden": hidden_labels("treating_staff"), "facility": hospital.pk}
    for table in _tables(database, "person_scope"):
        assert _seen(doctor.pk, "treatment", table) == _held(database, table, in_reach, values), table
    assert 0 < _seen(doctor.pk, "treatment", "people_person") < _held(database, "people_person")


def _the_officer_sees_the_own_packages_alone(database: Database, officer: Account, hospital: Facility) -> None:
    for table in _tables(database, "facility_scope"):
        own = _held(database, table, "t.facility_id = %(facility)s", {"facility": hospital.pk})
        assert _seen(officer.pk, "record_keeping", table) == own, table
        assert _seen(0, "record_keeping", table) == 0, table
    assert 0 < _seen(officer.pk, "record_keeping", "intake_visit") < _held(database, "intake_visit")


def _the_doctor_cannot_write(doctor: Account) -> None:
    with acting_transaction(doctor.pk, "treatment"), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET name = 'X'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM people_identifier")
        assert cursor.rowcount == 0
