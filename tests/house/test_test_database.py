"""The tests' own database is as promised: the application's role, row security on, rolled back, copies apart."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from tests.database import Database

ADD_PERSON_RELATION = """
    INSERT INTO access_care_relation (person_id, source_person_id, facility_id, kind, first_day, last_day, package_id)
    VALUES (1, 1, 1, 'visit', '2025-01-01', '2025-01-01', 1)"""


@pytest.mark.django_db
def test_tests_work_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("hoso_app", False, False)


@pytest.mark.django_db
def test_row_security_is_on() -> None:
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute(ADD_PERSON_RELATION)
        cursor.execute("SELECT count(*) FROM access_care_relation")
        assert cursor.fetchone() == (1,)
    with acting_transaction(0, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_care_relation")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_leaves_nothing_behind(turn: int, account_with_role: Callable[..., Account]) -> None:
    assert not Account.objects.filter(username="left.behind").exists()
    account_with_role("doctor", username="left.behind")


@pytest.mark.django_db
def test_actor_holds_its_role(actor: Callable[..., Actor]) -> None:
    assert [role.key for role in actor("doctor").roles] == ["doctor"]


@pytest.mark.parametrize("turn", [1, 2])
def test_own_database_commits_and_is_fresh(
    turn: int, own_database: Database, account_with_role: Callable[..., Account]
) -> None:
    account_with_role("doctor", username="committed")
    with psycopg.connect(own_database.admin_url) as other:
        row = other.execute("SELECT count(*) FROM accounts_account WHERE username = 'committed'").fetchone()
    assert row == (1,)
