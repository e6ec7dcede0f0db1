"""The database's own locks, whatever the policy in Python says: roles and row security."""

import psycopg
import pytest
from django.db import connection

from hoso.core.audit.writer import SEALER_LOCK
from hoso.core.database.definer_functions import unpinned_functions
from hoso.core.database.roles import APPLICATION, AUDIT_WRITER, OWNER, READER
from hoso.core.database.row_security import PERSON_COLUMNS, unprotected_tables
from hoso.engines.intake.folders import taking
from hoso.engines.intake.notifying import delivering
from hoso.engines.intake.pulls import fetching
from hoso.engines.intake.turn import TURN
from hoso.engines.people.linkage import WRITER_LOCK
from hoso.engines.records.subscriptions import sending
from tests.database import Database


def test_who_waits_for_one_lock_does_not_meet_another() -> None:
    assert len({SEALER_LOCK, TURN, WRITER_LOCK}) == 3
    assert len({taking.LOCK, delivering.LOCK, fetching.LOCK, sending.LOCK}) == 4


@pytest.mark.django_db
def test_the_application_is_no_superuser_and_cannot_pass_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)"
            " AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)",
            [[APPLICATION, AUDIT_WRITER, READER]],
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_the_application_owns_nothing_and_cannot_become_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_has_role(current_user, %s, 'member')", [OWNER])
        assert cursor.fetchone() == (APPLICATION, False)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_every_table_with_persons_has_row_security_and_hides_its_partitions() -> None:
    assert unprotected_tables() == []


@pytest.mark.django_db
def test_no_function_with_the_owners_rights_looks_into_temporary_tables_first() -> None:
    assert unpinned_functions() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace")
        assert cursor.fetchone()[0] > 30


@pytest.mark.django_db
def test_a_restriction_of_a_person_is_a_lock_of_every_table_with_persons() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT polrelid::regclass::text FROM pg_policy GROUP BY polrelid HAVING bool_or(polname = 'person_scope')"
            " AND NOT bool_or(polname = 'not_restricted' AND NOT polpermissive)"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_there_are_tables_with_persons() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT attrelid) FROM pg_attribute WHERE attname = ANY (%s)", [list(PERSON_COLUMNS)]
        )
        row = cursor.fetchone()
    assert row is not None
    assert row[0] > 10


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE forgotten (person_id bigint)",
        "CREATE TABLE forgotten (person_id bigint); ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY",
        "CREATE VIEW forgotten AS SELECT person_id FROM people_person",
        "CREATE MATERIALIZED VIEW forgotten AS SELECT person_id FROM people_person",
    ],
)
def test_a_forgotten_lock_is_seen(statement: str, own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute(statement)
    assert unprotected_tables() == ["forgotten"]


def test_a_partition_within_reach_is_seen(own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("GRANT SELECT ON records_resource_00 TO hoso_app")
    assert unprotected_tables() == ["records_resource_00"]
