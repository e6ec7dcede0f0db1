"""Bringing the house up: find or start the database, make the roles, migrate, load what ships."""

import atexit
import os
from pathlib import Path

from hoso.config.environment import read_environment
from hoso.core.database import embedded, roles


def open_database() -> None:
    """Make the database reachable and tell Django and child processes through the environment where it is."""
    environment = read_environment()
    home: Path = environment["HOSO_HOME"].resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not environment["DATABASE_URL"]:
        database = embedded.start(home, environment["HOSO_POSTGRES"])
        atexit.register(embedded.release, home, database)
        roles.create_database(database.url(database="postgres"), "hoso")
        os.environ["DATABASE_URL"] = database.url()
    if not environment["HOSO_APP_DATABASE_URL"]:
        password_file = home / "secrets" / "database-application"
        if password_file.exists():
            url = roles.application_url(os.environ["DATABASE_URL"], password_file.read_text())
        else:
            url = roles.prepare_database(os.environ["DATABASE_URL"], home / "secrets")
        os.environ["HOSO_APP_DATABASE_URL"] = url
    os.environ["HOSO_HOME"] = str(home)


def setup_django() -> None:
    """Open the database and load Django."""
    open_database()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hoso.config.settings")
    import django

    django.setup()


def upgrade_schema() -> None:
    """Bring schema and shipped definitions to this version; safe to run again."""
    from django.core.management import call_command

    from hoso.core.access.rights.enforcing import enforce_restrictions
    from hoso.core.access.roles import load_shipped_roles
    from hoso.core.accounts.machines import ensure_machine_accounts
    from hoso.core.accounts.second_factor import renew_factors
    from hoso.core.database.beside import beside
    from hoso.core.database.definer_functions import pin_search_paths
    from hoso.core.places.loading import load_shipped_places
    from hoso.core.terminology.loading import load_shipped_terminology
    from hoso.engines.statistics.loading import load_shipped_forms

    home = Path(os.environ["HOSO_HOME"])
    roles.prepare_database(os.environ["DATABASE_URL"], home / "secrets")
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    enforce_restrictions()
    pin_search_paths()
    load_shipped_roles()
    with beside(load_shipped_terminology):
        load_shipped_places()
    load_shipped_forms()
    ensure_machine_accounts()
    renew_factors()
