"""The commands as a user runs them: what they print, their exit codes, the rows they leave."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hoso.cli.tests.running import HOSO, run_hoso
from hoso.core.definitions import read_definition


def test_help_reads_nothing_heavy() -> None:
    """Help comes at once on an old machine: Django, PostgreSQL's client and tables wait for the command that needs them."""
    done = subprocess.run(
        [HOSO[0], "-X", "importtime", *HOSO[1:], "--help"], capture_output=True, text=True, check=True
    )
    assert "doctor" in done.stdout
    read = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert {"click", "hoso"} <= read
    assert read.isdisjoint({"django", "psycopg", "allauth", "lxml", "openpyxl", "numpy", "orjson", "cryptography"})


def test_a_coded_error_is_told_in_both_languages(own_database: Any) -> None:
    done = run_hoso(own_database, "worker", HOSO_BIND="nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("HS1001: Cấu hình HOSO_BIND")
    assert "The setting HOSO_BIND has an invalid value" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreachable_database_is_told(own_database: Any) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    done = run_hoso(own_database, "modules", DATABASE_URL=nowhere, HOSO_APP_DATABASE_URL=nowhere)
    assert done.returncode == 0  # needs no database
    done = run_hoso(own_database, "worker", DATABASE_URL=nowhere, HOSO_APP_DATABASE_URL=nowhere)
    assert (done.returncode, done.stderr[:6]) == (2, "HS1004")


def test_doctor_finds_nothing_wrong(own_server: Any) -> None:
    done = run_hoso(own_server, "doctor", "--json")
    told = json.loads(done.stdout.splitlines()[-1])
    assert [finding for finding in told["findings"] if finding["state"] == "problem"] == []
    assert done.returncode == 0
    assert {"durability", "application role", "row security", "schema"} <= {one["name"] for one in told["findings"]}


def test_doctor_sees_what_is_wrong(own_database: Any) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE forgotten (person_id bigint)")
        admin.execute("DELETE FROM django_migrations WHERE app = 'intake'")
    done = run_hoso(own_database, "doctor", HOSO_APP_DATABASE_URL=own_database.admin_url)
    assert done.returncode == 1
    # The tests' shared server waits for no disk (tests/database.py): that is seen too.
    for name in ("durability", "application role", "row security", "schema"):
        assert re.search(f"^problem +{name}: ", done.stdout, re.MULTILINE)


def test_accounts_are_made_and_recorded(own_database: Any) -> None:
    made = run_hoso(own_database, "accounts", "create", "admin.new", "--name", "Mới", "--role", "administrator")
    assert made.returncode == 0, made.stderr
    assert "otpauth://totp/HoSo:admin.new?secret=" in made.stdout
    issued = run_hoso(own_database, "accounts", "token", "admin.new", "laboratory")
    assert issued.stdout.startswith("hoso_")
    with psycopg.connect(own_database.admin_url) as admin:
        kinds = admin.execute(
            "SELECT o.kind FROM accounts_credential_overview o JOIN accounts_account a ON a.id = account_id"
            " WHERE username = 'admin.new' ORDER BY o.kind"
        ).fetchall()
        events = admin.execute("SELECT route FROM audit_event WHERE role = 'operator' ORDER BY id").fetchall()
        stored = admin.execute("SELECT secret_hash FROM accounts_credential").fetchone()
    assert kinds == [("api_token",), ("password",), ("totp",)]
    assert events == [("command:accounts create",), ("command:accounts token",)]
    assert stored is not None
    assert issued.stdout.strip() not in stored[0]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--role", "wizard"), "wizard"),
        (("--role", "doctor", "--facility", "00000"), "00000"),
        (("--role", "doctor", "--password", "short"), "--password"),
    ],
)
def test_a_wrong_account_is_refused(arguments: tuple[str, ...], complaint: str, own_database: Any) -> None:
    done = run_hoso(own_database, "accounts", "create", "somebody", "--name", "X", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
    with psycopg.connect(own_database.admin_url) as admin:
        assert admin.execute("SELECT 1 FROM accounts_account WHERE username = 'somebody'").fetchone() is None


def test_exported_roles_are_those_that_ship(own_database: Any, tmp_path: Path) -> None:
    from hoso.core.definitions import definitions_folder

    done = run_hoso(own_database, "definitions", "export", str(tmp_path), "--all")
    assert done.returncode == 0, done.stderr
    exported = read_definition(tmp_path / "access" / "roles.yaml")["roles"]
    shipped = read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]
    by_key = sorted(shipped, key=lambda role: str(role["key"]))
    # Where two destinations withhold the same labels, either name gives the same role.
    assert [{**role, "destination": ""} for role in exported] == [{**role, "destination": ""} for role in by_key]


def test_definitions_are_right() -> None:
    done = subprocess.run([*HOSO, "definitions", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, [line for line in done.stdout.splitlines() if not line.startswith("ok")]


def test_generate_writes_packages(tmp_path: Path) -> None:
    arguments = ["generate", "--persons", "20", "--years", "2", "--seed", "3", "--out", str(tmp_path), "--json"]
    done = subprocess.run([*HOSO, *arguments], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["persons"] == 20
    assert len(list(tmp_path.glob("packages/**/*.xml"))) == told["packages"] > 0


def test_a_schema_that_is_behind_is_told(own_database: Any, tmp_path: Path) -> None:
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("DELETE FROM django_migrations WHERE app = 'intake'")
    package = tmp_path / "empty.xml"
    package.write_text("<GIAMDINHHS/>")
    done = run_hoso(own_database, "intake", str(package))
    assert (done.returncode, done.stderr[:6]) == (2, "HS1009")


def test_intake_ends_with_the_account(own_database: Any, tmp_path: Path) -> None:
    generate = ["generate", "--persons", "12", "--years", "3", "--out", str(tmp_path / "province")]
    subprocess.run([*HOSO, *generate], capture_output=True, check=True)
    folder = str(tmp_path / "province" / "packages")
    first, second = (run_hoso(own_database, "intake", folder, "--json") for _ in range(2))
    assert first.returncode == 0, first.stderr
    account, again = (json.loads(done.stdout.splitlines()[-1]) for done in (first, second))
    visits = account["filed"] + account["unchanged"] + account["corrected"] + account["quarantined"]
    assert account["received"] == visits > 0
    assert account["lines_in"] == account["lines_filed"] + account["lines_withheld"] + account["lines_not_mapped"]
    assert again["filed"] == again["corrected"] == 0
    assert again["received"] == account["received"]
