"""Connections of the application: known to live without a question, made anew where the server ended them; kept plans."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, connection
from tests.database import Database

from hoso.core.accounts.models import Account, Credential
from hoso.core.database.prepared import first_of, rows_of

_PLANS = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"


@pytest.fixture
def used(own_database: Database) -> Iterator[Database]:
    """A database through which Django asks, at the beginning of a request."""
    rows_of("SELECT 1", [])
    _next_request()
    yield own_database
    connection.close()


def _next_request() -> None:
    connection.health_check_enabled = True  # type: ignore[attr-defined]
    connection.close_if_unusable_or_obsolete()


def _session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_the_server_ended_is_made_anew(used: Database) -> None:
    before = _session()
    _next_request()
    with psycopg.connect(used.admin_url, autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert rows_of("SELECT pg_backend_pid()", [])[0][0] != before


def test_a_living_connection_is_kept_and_not_asked(used: Database) -> None:
    before = _session()
    _next_request()
    with psycopg.connect(used.admin_url, autocommit=True) as administrator:
        asked = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        assert connection.is_usable()
        assert "pg_backend_pid" in administrator.execute(asked, [before]).fetchone()[0]  # type: ignore[index]
    assert _session() == before


def test_after_an_error_the_server_is_asked(used: Database) -> None:
    before = _session()
    connection.errors_occurred = True
    _next_request()
    with psycopg.connect(used.admin_url, autocommit=True) as administrator:
        asked = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        assert administrator.execute(asked, [before]).fetchone()[0] == "SELECT 1"  # type: ignore[index]
    assert not connection.errors_occurred


@pytest.mark.django_db
def test_a_statement_is_planned_once_and_answers_each_value() -> None:
    statement = "SELECT %s::bigint + 1"
    assert [rows_of(statement, [number])[0][0] for number in (1, 2, 99)] == [2, 3, 100]  # numbers of one size
    assert rows_of(_PLANS, ["SELECT $1::bigint + 1"]) == [(1,)]


@pytest.mark.django_db
def test_an_error_is_djangos_own() -> None:
    with pytest.raises(DatabaseError):
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
