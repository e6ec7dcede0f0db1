"""`hoso demo`: a province through the real intake, a sign-in for each role, and only in a folder of its own."""

import json
from typing import Any

import psycopg
import pytest

from hoso.cli.tests.running import run_hoso
from hoso.demo.facilities import facilities
from hoso.engines.records.resource_types import NUMBERS


def _made(url: str) -> tuple[Any, ...] | None:
    """The highest number of a change, and how many packages, visits and accounts there are."""
    with psycopg.connect(url) as admin:
        return admin.execute(
            "SELECT (SELECT max(id) FROM changes_change), (SELECT count(*) FROM intake_package),"
            " (SELECT count(*) FROM intake_visit), (SELECT count(*) FROM accounts_account)"
        ).fetchone()


@pytest.mark.slow
def test_the_demonstration_is_whole_and_starts_again_with_what_it_has(own_database: Any, client: Any) -> None:
    made = run_hoso(own_database, "demo", "--no-serve", "--persons", "100")
    assert made.returncode == 0, made.stderr
    file = own_database.home / "demo" / "sign-ins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    made_for = json.loads(file.read_text())
    sign_ins = {entry["role"]: entry for entry in made_for}
    assert set(sign_ins) == {
        "doctor", "station_nurse", "facility_records_officer", "intake_officer", "administrator", "overseer",
        "receptionist", "privacy_officer", "access_approver", "student", "statistics_designer", "statistics_officer", "figures_checker",
        "statistics_approver",
    }  # fmt: skip
    assert {role for role, entry in sign_ins.items() if entry["totp_secret"]} == {
        "access_approver",
        "administrator",
        "figures_checker",
        "overseer",
        "privacy_officer",
        "statistics_designer",
    }
    assert all(len(entry["password"]) >= 14 and entry["password"] in made.stdout for entry in made_for)
    with psycopg.connect(own_database.admin_url) as admin:
        row = admin.execute("SELECT count(DISTINCT version), count(*) FROM intake_visit").fetchone()
        lists = admin.execute("SELECT state, rows_done - refused, refused FROM household_list").fetchall()
        practitioners = admin.execute("SELECT state, created, refused FROM practitioners_list").fetchall()
        named = admin.execute(
            "SELECT DISTINCT convert_from(body, 'UTF8')::jsonb #>> '{requester,identifier,value}' FROM records_resource"
            " WHERE type = %s",
            [NUMBERS["MedicationRequest"]],
        ).fetchall()
        registered = {number for (number,) in admin.execute("SELECT number FROM practitioners_licence").fetchall()}
        (alike,) = admin.execute(
            "SELECT (SELECT count(*) FROM people_join) + count(*) FROM people_pair"
        ).fetchone() or (0,)
    assert row is not None
    assert row[0] == 4
    assert row[1] > 100
    assert practitioners == [("done", 41 * len(facilities()), 2)]
    assert len(named) > 10
    assert {number for (number,) in named} <= registered, "whoever the packages name stands in the register"
    assert lists == [("done", 100, 2)]
    assert alike > 0

    # Starting again makes nothing anew: as many changes and visits as before, and nothing else was filed.
    before = _made(own_database.admin_url)
    again = run_hoso(own_database, "demo", "--no-serve")
    assert _made(own_database.admin_url) == before
    assert json.loads(file.read_text()) == made_for
    assert sign_ins["doctor"]["password"] in again.stdout

    doctor = sign_ins["doctor"]
    answer = client.post("/sign-in/", {"login": doctor["username"], "password": doctor["password"]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_folder_with_real_accounts_is_refused(own_database: Any) -> None:
    run_hoso(own_database, "accounts", "create", "real", "--name", "Thật", "--role", "intake_officer")
    done = run_hoso(own_database, "demo", "--no-serve")
    assert (done.returncode, done.stderr[:6]) == (2, "HS1012")
    assert not (own_database.home / "demo").exists()
