"""A misuse planted in the house's audit: records taken out of it by the hundred, one patient's first, with no approval."""

import json
import subprocess
from dataclasses import dataclass

import psycopg

from hoso.cli.tests.running import HOSO
from tests.browser.house import House
from tests.browser.patients import chronic_patient

HOLDER = "hoso"  # the account misused


@dataclass(frozen=True)
class Misuse:
    """A case as `hoso oversight look` raised it, and the patient it is about."""

    case: int
    person_id: int


def raised_misuse(house: House) -> Misuse:
    """Planted and raised when first asked for; the same one afterwards."""
    person = chronic_patient(house).person_id
    known = house.rows(
        "SELECT max(case_id) FROM oversight_evidence WHERE person_id = %s AND object = 'planted'", person
    )
    if known[0][0] is None:
        with psycopg.connect(house.database.admin_url, autocommit=True) as admin:
            admin.execute(
                """
                INSERT INTO audit_event (actor_id, actor_name, role, purpose, action, route, person_id, object, outcome, found, source)
                SELECT id, username, 'facility_records_officer', 'record_keeping', 'export', 'planted', %s, 'planted', 'done',
                       3000 * n, '192.0.2.9' FROM accounts_account, generate_series(1, 3) n WHERE username = %s
                """,
                [person, HOLDER],
            )
        while not house.one("SELECT count(*) FROM oversight_evidence WHERE object = 'planted'"):
            looked = subprocess.run(
                [*HOSO, "oversight", "look", "--json"],
                env=house.environment,
                capture_output=True,
                text=True,
                check=True,
            )
            assert "hits" in json.loads(looked.stdout.splitlines()[-1])
    return Misuse(int(house.one("SELECT max(case_id) FROM oversight_evidence WHERE object = 'planted'")), person)
