"""Every session of HoSo counts days as Việt Nam does, whoever opened it.

`current_date` decides from when an assignment holds and until when; counted in UTC it is yesterday's until seven in the
morning, and a nurse given an account on her first day could not work.
"""

import psycopg
import pytest
from django.db import connections
from tests.database import Database

ZONE = "Asia/Ho_Chi_Minh"


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("name", ["default", "owner"])
def test_djangos_sessions_count_days_in_vietnam(name: str) -> None:
    with connections[name].cursor() as cursor:
        cursor.execute("SELECT current_setting('TimeZone'), current_date = (now() AT TIME ZONE %s)::date", [ZONE])
        assert cursor.fetchone() == (ZONE, True)


def test_sessions_beside_django_do_too(own_database: Database) -> None:
    for url in (own_database.admin_url, own_database.app_url):
        with psycopg.connect(url) as session:
            assert session.execute("SELECT current_setting('TimeZone')").fetchone() == (ZONE,)
