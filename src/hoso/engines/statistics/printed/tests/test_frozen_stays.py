"""A frozen report is changed by nobody, not by the database's own administrator in passing."""

import psycopg
import pytest
from tests.database import Database


def test_not_even_the_owner_changes_it(own_database: Database) -> None:
    for statement in (
        "UPDATE statistics_frozen_report SET words = 'x'",
        "DELETE FROM statistics_frozen_report",
        "TRUNCATE statistics_frozen_report",
    ):
        with (
            psycopg.connect(own_database.admin_url) as admin,
            pytest.raises(psycopg.errors.CheckViolation, match="a frozen report stays as it is"),
        ):
            admin.execute(statement)
