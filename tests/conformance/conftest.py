"""Packages taken into a database: of the test's own (rolled back), or one filled once for all tests of a module."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import database as test_database

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.intaking import Intake


def _settle(settings: Any, home: Path) -> None:
    from tests.intaking import forget

    settings.HOSO_HOME = home
    settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_INTAKE_PROCESSES": 0}
    forget()


@pytest.fixture
def intake(db: None, settings: Any, tmp_path: Path) -> "Intake":
    """Takes packages into a database that is as new when the test ends."""
    from tests.intaking import Intake

    _settle(settings, tmp_path)
    return Intake(tmp_path / "sent")


@pytest.fixture(scope="module")
def filled(
    django_db_setup: None,
    database_server: test_database.Server,
    django_db_blocker: "DjangoDbBlocker",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[], "Intake"]]:
    """A database of the module's own; the module fills it. A test that changes it wraps itself in `undone()`."""
    from django.conf import settings
    from django.db import connections

    from hoso.config import settings as house
    from hoso.core.database import roles
    from tests.intaking import Intake

    home = tmp_path_factory.mktemp("home")
    own = database_server.copy("_module")
    wanted = {
        "default": house._connection(own.app_url),
        "owner": house._connection(own.admin_url, f"-c role={roles.OWNER}"),
    }
    before = {alias: dict(connections.settings[alias]) for alias in wanted}
    kept = settings.HOSO_HOME, settings.ENVIRONMENT
    with django_db_blocker.unblock():
        connections.close_all()
        for alias, values in wanted.items():
            connections.settings[alias].update(values)
        _settle(settings, home)
        try:
            yield lambda: Intake(home / "sent")
        finally:
            settings.HOSO_HOME, settings.ENVIRONMENT = kept
            connections.close_all()
            for alias, values in before.items():
                connections.settings[alias].update(values)
            database_server.drop(own.name)
