"""Several processes come up at the same moment: each prepares the database, and all get the same address."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hoso.core.database import roles


def test_those_who_prepare_at_the_same_moment_take_turns(own_database: Any) -> None:
    """Without turns PostgreSQL refuses some of them: "tuple concurrently updated"."""

    def prepare(_: int) -> str:
        return roles.prepare_database(own_database.admin_url, own_database.home / "secrets")

    with ThreadPoolExecutor(4) as pool:
        urls = set(pool.map(prepare, range(24)))
    password = (own_database.home / "secrets" / "database-application").read_text()
    assert urls == {roles.application_url(own_database.admin_url, password)}
    assert [one.name for one in (own_database.home / "secrets").iterdir()] == ["database-application"]
