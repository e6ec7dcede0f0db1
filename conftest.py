"""What every test may use: a database as a new installation has it, accounts, actors.

`db` (or the mark `django_db`) works in a transaction that is rolled back, as the application's own role: row security
is on, so a test files rows inside `acting_transaction(account id, "record_keeping")`. A test that commits, starts
processes or needs the owner takes `own_database`; one that kills PostgreSQL takes `own_server`.
HOSO_POSTGRES=wheel|system chooses the PostgreSQL.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ROOT = Path(__file__).resolve().parent
KIND = os.environ.get("HOSO_POSTGRES", "wheel")
TEST_HOME = Path(os.environ.get("HOSO_HOME") or ROOT / "var").resolve() / f"test-{KIND}"

# Settings are read when Django is imported: before that they are set to the tests' own, whatever the shell holds.
# (So DJANGO_SETTINGS_MODULE stands here and not in pyproject.toml, where pytest-django would read it earlier.)
for name in [name for name in os.environ if name.startswith("HOSO_")] + ["DATABASE_URL", "DATABASE_URL_FILE"]:
    os.environ.pop(name, None)
os.environ |= {"HOSO_POSTGRES": KIND, "HOSO_HOME": str(TEST_HOME), "DJANGO_SETTINGS_MODULE": "hoso.config.settings"}

(TEST_HOME / "static").mkdir(parents=True, exist_ok=True)

import django
from hypothesis import HealthCheck, settings

# How long a machine takes to think of a case says nothing about the code.
settings.register_profile("hoso", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hoso")
django.setup()

from django.conf import settings as django_settings

django_settings.PASSWORD_HASHERS = ["tests.hashing.CheapArgon2", *django_settings.PASSWORD_HASHERS]

from tests import database as test_database
from tests import work_units

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account


# The second PostgreSQL is there for what may differ between servers: the SQL of core and engines, kills, upgrades. What is
# about pages, commands, protocols and hostile files reaches the database by the same queries and runs on the first alone.
ON_ONE_POSTGRESQL = [
    ROOT / folder
    for folder in (
        "src/hoso/bench", "src/hoso/cli", "src/hoso/web", "tests/authorization", "tests/browser", "tests/conformance", "tests/faults",
        "tests/hostile", "tests/outside_clients", "tests/outside_sign_in", "tests/reporting_year",
        "src/hoso/engines/statistics/cube/tests/test_random_answers.py",
        "src/hoso/engines/statistics/cube/tests/test_random_questions.py",
    )
]  # fmt: skip
# Of those, what asks the database most widely, or depends on its programs.
ON_EACH_POSTGRESQL = {
    ROOT / name
    for name in (
        "src/hoso/cli/tests/test_upgrade.py", "tests/faults/test_kill_proof.py",
        "tests/conformance/test_row_security.py", "tests/conformance/test_main_job.py", "tests/conformance/test_search.py",
        "tests/conformance/test_linkage.py", "tests/conformance/test_joining.py", "tests/conformance/test_fhir_reading.py",
        "tests/conformance/test_fhir_search_store.py", "tests/conformance/test_fhir_writing.py",
    )
}  # fmt: skip
# `make test-long`: short forms of long proofs (kills, timing, a whole province or year), whose parts `make test` tries one by one.
# With them it would take longer than a change may wait for its answer.
LONG = [
    ROOT / name
    for name in (
        "src/hoso/cli/tests/test_practice.py", "src/hoso/cli/tests/test_yearbook.py", "src/hoso/web/yearbook/tests",
        "tests/conformance/rules/test_generated_province.py", "tests/conformance/test_side_channels_in_time.py",
        "tests/faults/test_household_kill_proof.py", "tests/faults/test_import_kill_proof.py",
        "tests/faults/test_order_proof.py", "tests/faults/test_oversight_kill_proof.py", "tests/faults/test_portal_kill.py",
        "tests/faults/test_practitioner_kill_proof.py", "tests/faults/test_restore_proof.py",
        "tests/faults/test_transaction_kill_proof.py", "tests/hostile/test_other_ways.py", "tests/reporting_year",
    )
]  # fmt: skip
LAST_LINES = 20  # of a failure, told at once
DATABASE_FIXTURES = {"db", "database_server", "own_database", "own_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--guesses", type=int, default=400, help="Guesses of a code of one-time sharing (full: 100000).")
    parser.addoption(
        "--questions", type=int, default=120, help="Random FHIR searches (full: 3000), questions to the cube (1700)."
    )
    parser.addoption("--communes", type=int, default=3, help="Communes of the year of reports (full: 96).")
    parser.addoption("--months", type=int, default=2, help="Months of the year of reports (full: 12).")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is about the database, so that it is run once more on another PostgreSQL (tools/test.sh)."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")
        if any(item.path.is_relative_to(name) for name in LONG):
            item.add_marker("long")
        uses_database = item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(
            getattr(item, "fixturenames", ())
        )
        if uses_database and _runs_on_each_postgresql(item.path):
            item.add_marker("integration")


def _runs_on_each_postgresql(path: Path) -> bool:
    return path in ON_EACH_POSTGRESQL or not any(path.is_relative_to(folder) for folder in ON_ONE_POSTGRESQL)


# Around the others, so that it has the last word: pytest-django puts tests that roll back before those that commit.
@pytest.hookimpl(wrapper=True, specname="pytest_collection_modifyitems")
def pytest_order_of_work(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    yield
    if hasattr(config, "workerinput"):
        work_units.longest_first(items)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failure is told when it happens, with its last lines: the whole run takes long, and who waits may stop it there."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        told = "\n".join(report.longreprtext.splitlines()[-LAST_LINES:])
        print(f"\n{report.nodeid} failed ({report.when})\n{told}", file=sys.stderr, flush=True)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> work_units.ByFile:
    return work_units.ByFile(config, log)


@pytest.fixture(scope="session")
def database_server() -> Iterator[test_database.Server]:
    server = test_database.Server(TEST_HOME, KIND)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_setup(database_server: test_database.Server, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """This process's own copy of the template; Django's connections point at it until the run ends."""
    with django_db_blocker.unblock():
        copy = database_server.copy()
        _point_django_at(copy)
        yield
        _close_connections()


@pytest.fixture
def own_database(
    django_db_setup: None,
    database_server: test_database.Server,
    django_db_blocker: "DjangoDbBlocker",
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[test_database.Database]:
    """A fresh database and data folder for one test that commits or starts processes; dropped afterwards.

    `.environment` is what a child process needs to work on it. Not to be used together with `db`.
    """
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        raise pytest.UsageError("own_database commits; db rolls back: a test has one of them")
    from django.db import connections

    before = {alias: dict(connections.settings[alias]) for alias in connections.settings}
    copy = database_server.copy("_own")
    home = tmp_path / "home"
    home.mkdir()
    own = test_database.Database(copy.name, copy.admin_url, copy.app_url, home)
    for name, value in own.environment.items():
        monkeypatch.setenv(name, value)
    settings.HOSO_HOME = home
    with django_db_blocker.unblock():
        _close_connections()
        _point_django_at(own)
        try:
            yield own
        finally:
            _close_connections()
            for alias, values in before.items():
                connections.settings[alias].update(values)
            database_server.drop(own.name)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[test_database.Database]:
    """A PostgreSQL of the test's own, migrated, in a data folder of its own: it may be killed (takes some 15 s).

    This process's Django does not use it: work on it through child processes with `.environment`.
    """
    from hoso.core.database import embedded, roles

    home = tmp_path / "home"
    cluster = embedded.start(home, KIND)
    try:
        roles.create_database(cluster.url(database="postgres"), "hoso")
        url = roles.prepare_database(cluster.url(), home / "secrets")
        own = test_database.Database("hoso", cluster.url(), url, home)
        subprocess.run([sys.executable, "-c", test_database.BUILD], env={**os.environ, **own.environment}, check=True)
        yield own
    finally:
        embedded.release(home, cluster)


@pytest.fixture
def account_with_role() -> Callable[..., "Account"]:
    """Make an account that holds a role: everywhere, at a facility, or in a place. Needs `db` or `own_database`."""
    from hoso.core.accounts.machines import as_operator
    from hoso.core.accounts.models import Account, Assignment
    from hoso.core.accounts.monitoring_notice import accept_notice

    def make(
        role: str, facility: Any = None, place: Any = None, username: str = "", password: str | None = None
    ) -> Account:
        number = Account.objects.count() + 1
        account = Account.objects.create_user(
            username or f"{role}.{number}", password, full_name=f"{role} {number}", kind=Account.Kind.CLINICAL
        )
        with as_operator():
            Assignment.objects.create(
                account=account, role=role, facility=facility, place=place, valid_from=date(2020, 1, 1)
            )
        accept_notice(account)
        return account

    return make


@pytest.fixture
def actor(account_with_role: Callable[..., "Account"]) -> Callable[..., "Actor"]:
    """Make an actor: of a given account, or of a new one that holds the role."""
    from hoso.core.access.actor import Actor

    def make(role: str = "doctor", *, account: "Account | None" = None, route: str = "test", **where: Any) -> Actor:
        account = account or account_with_role(role, **where)
        return Actor(account_id=account.pk, name=account.username, route=route)

    return make


def _point_django_at(database: test_database.Database) -> None:
    from django.db import connections

    from hoso.config import settings as house
    from hoso.core.database import roles

    wanted = {
        "default": house._connection(database.app_url),
        "owner": house._connection(database.admin_url, f"-c role={roles.OWNER}"),
    }
    for alias, values in wanted.items():
        connections.settings[alias].update(values)
    os.environ["DATABASE_URL"], os.environ["HOSO_APP_DATABASE_URL"] = database.admin_url, database.app_url


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
