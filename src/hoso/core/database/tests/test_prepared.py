"""Connections of the application: known to live, or to have ended, without a question; kept plans."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.database import Database

from hoso.core.accounts.models import Account, Credential
from hoso.core.database.postgresql.base import DatabaseWrapper
from hoso.core.database.prepared import first_of, rows_of

_PLANS = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"


@pytest.fixture
def used(own_database: Database) -> Iterator[DatabaseWrapper]:
    """Django's wrapper around a connection of its own that has asked something."""
    wrapper = DatabaseWrapper(dict(connection.settings_dict), "beside")
    with psycopg.connect(own_database.app_url, autocommit=True) as session:
        session.execute("SELECT 'the last question'")
        wrapper.connection = session
        yield wrapper


def _last_question(used: DatabaseWrapper, own_database: Database) -> str:
    with psycopg.connect(own_database.admin_url, autocommit=True) as administrator:
        asked = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        row = administrator.execute(asked, [used.connection.info.backend_pid]).fetchone()
        assert row is not None
        return str(row[0])


def test_a_living_connection_is_not_asked(used: DatabaseWrapper, own_database: Database) -> None:
    assert used.is_usable()
    assert "the last question" in _last_question(used, own_database)


def test_a_connection_that_the_server_ended_is_not_usable(used: DatabaseWrapper, own_database: Database) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [used.connection.info.backend_pid])
    assert not used.is_usable()


def test_after_an_error_the_server_is_asked(used: DatabaseWrapper, own_database: Database) -> None:
    used.errors_occurred = True
    assert used.is_usable()
    assert _last_question(used, own_database) == "SELECT 1"


@pytest.mark.django_db
def test_a_statement_is_planned_once_and_answers_each_value() -> None:
    statement = "SELECT %s::bigint + 1"
    assert [rows_of(statement, [number])[0][0] for number in (1, 2, 99)] == [2, 3, 100]  # numbers of one size
    assert rows_of(_PLANS, ["SELECT $1::bigint + 1"]) == [(1,)]


@pytest.mark.django_db
def test_an_error_is_djangos_own() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():  # what the test began goes on
        rows_of("SELECT 1 / %s::integer", [0])


@pytest.mark.django_db
def test_an_object_is_what_django_reads(machine: Account) -> None:
    made = Credential.objects.create(
        account=machine, kind=Credential.Kind.API_TOKEN, name="thử", secret_hash="x" * 64, scopes=["user/Patient.r"],
        expires_at="2030-01-01T00:00:00Z",
    )  # fmt: skip
    found = first_of(Credential, "secret_hash = %s::text", ["x" * 64])
    again = Credential.objects.get(pk=made.pk)
    names = [field.attname for field in Credential._meta.concrete_fields]
    assert found is not None
    assert [getattr(found, name) for name in names] == [getattr(again, name) for name in names]
    assert first_of(Credential, "secret_hash = %s::text", ["y"]) is None


@pytest.fixture
def machine(db: None) -> Account:
    from hoso.core.accounts.machines import intake_service_id

    return Account.objects.get(pk=intake_service_id())
