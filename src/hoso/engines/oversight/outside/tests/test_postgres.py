"""The audit log of a real PostgreSQL is read: recorded, on every machine; from a server started now, where pgaudit is installed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.actions import operator
from hoso.core.accounts.models import Account
from hoso.engines.oversight import cases, queries
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.outside.event import NotUnderstood, TellsNoAccess, Told
from hoso.engines.oversight.outside.shapes import read_event
from hoso.engines.oversight.outside.sources import Source, dead_letters, register_source
from hoso.engines.oversight.outside.taking import Taken, take_file, texts_of
from hoso.engines.oversight.outside.tests.audited_server import IS_HERE, SECRETS, record
from hoso.engines.oversight.outside.tests.outside_system import Outside, machine

RECORDED = Path(__file__).parent / "pgaudit"
FORMS = ("json", "csv", "log")
ENTRY = "2026-11-28 12:50:38.716 +07 user=chu db=d client=::1 session=6b0a6bae.19b0 line=3 LOG:  AUDIT: SESSION,1,1,"
# What the two people of audited_server.py did: who, action, object, rows.
TABLE = "table postgres.public.benh_nhan"
DID = {
    ("chu", "sign-in", "database postgres", None), ("chu", "create", "DDL CREATE TABLE in postgres", 0),
    ("chu", "update", "ROLE CREATE ROLE in postgres", 0), ("chu", "create", f"WRITE INSERT {TABLE}", 2),
    ("chu", "read", f"READ SELECT {TABLE}", 0), ("chu", "read", "READ SELECT table postgres.pg_catalog.pg_class", 0),
    ("chu", "read", f"READ SELECT {TABLE}", 2), ("chu", "update", f"WRITE UPDATE {TABLE}", 1),
    ("chu", "export", "READ COPY in postgres", None), ("chu", "read", "READ PREPARE in postgres", 0),
    ("chu", "read", f"READ SELECT {TABLE}", 1), ("chu", "update", "FUNCTION DO in postgres", 0),
    ("chu", "update", "audit-settings", 0), ("chu", "update", "ROLE GRANT in postgres", 0),
    ("chu", "delete", f"WRITE DELETE {TABLE}", 1), ("chu", "delete", "WRITE TRUNCATE TABLE in postgres", 0),
    ("chu", "delete", "DDL DROP TABLE in postgres", 0), ("ke_toan", "sign-in", "database postgres", None),
    ("ke_toan", "refuse", "postgres.pg_authid", None), ("khong_co", "sign-in", "database postgres", None),
    ("khong_co", "sign-in", "", None),
}  # fmt: skip


@pytest.fixture(
    params=["recorded", pytest.param("real", marks=pytest.mark.skipif(not IS_HERE, reason="no pgaudit here"))],
    scope="module",
)
def logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "recorded":
        return RECORDED
    folder: Path = tmp_path_factory.mktemp("pgaudit")
    record(folder)
    return folder


def events(path: Path) -> list[Told]:
    found = []
    for text in texts_of(path):
        try:
            found.append(read_event(text))
        except TellsNoAccess:
            continue
    return found


def test_each_form_tells_what_was_done_and_nothing_of_what_was_written(logs: Path) -> None:
    told = {form: events(logs / f"recorded.{form}") for form in FORMS}
    for form in ("json", "csv"):
        assert {(one.account, one.action, one.object, one.found) for one in told[form]} == DID
        assert {one.outcome for one in told[form] if one.action == "refuse" or not one.object} == {"refused"}
    assert [(one.key, one.at) for one in told["json"]] == [(one.key, one.at) for one in told["csv"]]
    statements = [[one for one in told[form] if one.key.startswith("pgaudit:")] for form in FORMS]
    assert [one.key for one in statements[2]] == [one.key for one in statements[0]]
    assert len({one.key for one in statements[0]}) == len(statements[0]) == 17
    assert all(one.at.tzinfo is UTC and one.address == "[local]" for one in told["json"])
    assert not [secret for secret in SECRETS if secret in repr(told)]


def test_taken_over_once_with_its_accounts_in_the_highest_tier_and_nothing_written(
    outside: Outside, logs: Path
) -> None:
    feeder = machine("may.csdl", outside.feeder.owner_id or 0)
    register_source(operator("test"), Source("csdl", "Cơ sở dữ liệu", "Database", "may.csdl", None, "T0"))
    actor = Actor(feeder.pk, "may.csdl", "test")
    (first,) = take_file(actor, logs / "recorded.csv")
    assert (first.seen, first.taken, first.dead) == (22, 22, 0) and first.passed > 10
    (again,) = take_file(actor, logs / "recorded.json")
    assert (again.seen, again.taken, again.dead) == (22, 0, 0)
    accounts = read(outside.overseer, "oversight", Asking("audit.read"), queries.accounts)
    assert {(one.name, one.tier) for one in accounts if one.source == "csdl"} == {
        ("chu", "T0"), ("ke_toan", "T0"), ("khong_co", "T0"),
    }  # fmt: skip
    kept = repr(outside.rows("SELECT to_jsonb(e) FROM oversight_event e")) + repr(
        outside.rows("SELECT to_jsonb(d) FROM oversight_dead_letter d")
    )
    assert not [secret for secret in SECRETS if secret in kept]


def test_what_cannot_be_read_is_kept_without_its_statement(outside: Outside, tmp_path: Path) -> None:
    line = (RECORDED / "recorded.json").read_text().splitlines()[8]
    assert "079000000001" in line
    broken = [
        line[:-40],
        line.replace("AUDIT: SESSION,3,1,WRITE", "AUDIT: SESSION,3,1,DREAM"),
        line.replace(" +07", " ICT"),
        line.replace("SESSION,3", "SESSION,x"),
        f"2026-11-28 12:50:38.700 +07 [12] LOG:  {orjson.loads(line)['message']}",
    ]
    assert outside.feed(*broken) == Taken(0, 0, 5)
    half = tmp_path / "half.csv"
    half.write_text((RECORDED / "recorded.csv").read_text().partition("Nghiệm")[0])
    (taken,) = take_file(Actor(outside.feeder.pk, "may.his", "test"), half)
    assert (taken.seen, taken.dead) == (3, 1)
    letters = read(outside.overseer, "oversight", Asking("case.handle", object="dead letters"), dead_letters)
    assert len(letters) == 6 and not [secret for secret in SECRETS if secret in repr(letters)]
    assert {one.content for one in letters} >= {"PostgreSQL 2026-11-28 12:50:38.700 +07"}


def test_a_statement_torn_into_lines_leaves_no_text(outside: Outside) -> None:
    """As a log shipper sends a file that is not jsonlog: line by line, so that what goes on stands alone."""
    torn = [
        line for name in ("recorded.csv", "recorded.log") for line in (RECORDED / name).read_text().splitlines() if line
    ]
    goes_on = [line for line in torn if not line.startswith("2026-")]
    assert [line for line in goes_on if any(secret in line for secret in SECRETS)]
    assert outside.feed(*torn).dead >= len({line.strip() for line in goes_on})
    kept = repr(outside.rows("SELECT to_jsonb(e) FROM oversight_event e")) + repr(
        outside.rows("SELECT to_jsonb(d) FROM oversight_dead_letter d")
    )
    assert not [secret for secret in SECRETS if secret in kept]


@pytest.mark.parametrize(
    ("entry", "action", "object_"),
    [
        ("MISC,SET,,,SET pgaudit.log = 'read',<none>", "update", "audit-settings"),
        ("ROLE,ALTER ROLE,,,ALTER ROLE a SET log_statement = 'none',<none>", "update", "audit-settings"),
        ("ROLE,ALTER ROLE,,,ALTER ROLE a SUPERUSER,<none>", "update", "ROLE ALTER ROLE in d"),
        ("READ,SELECT,VIEW,public.v,<not logged>,<not logged>", "read", "READ SELECT view d.public.v"),
        ("WRITE,COPY,,,<not logged>,<not logged>", "create", "WRITE COPY in d"),
        ("MISC,LOAD,,,<not logged>,<not logged>", "update", "MISC LOAD in d"),
    ],
)
def test_classes_and_settings(entry: str, action: str, object_: str) -> None:
    found = read_event(ENTRY + entry)
    assert (found.action, found.object, found.address, found.found) == (action, object_, "::1", None)


def test_nobody_writes_another_line_into_his_own() -> None:
    with pytest.raises(TellsNoAccess):
        read_event(f"{ENTRY.partition('LOG:')[0]}STATEMENT:  AUDIT: SESSION,1,1,READ,SELECT,,,x,<none>")
    with pytest.raises(TellsNoAccess):
        read_event(ENTRY + "MISC,VACUUM,,,VACUUM,<none>")
    with pytest.raises(NotUnderstood):
        read_event(ENTRY + 'READ,SELECT,,,"x,<none>')


def test_reading_past_the_application_becomes_a_case(outside: Outside) -> None:
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(5)
    )
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    lines = (RECORDED / "recorded.json").read_text().splitlines()
    outside.feed(*(line.replace(line[14:24], yesterday) for line in lines))
    raised = look_over().raised
    line = read(outside.overseer, "oversight", Asking("case.handle"), lambda scope: cases.case_line(scope, raised[0]))
    assert line.account == "chu" and {"S13", "S18"} <= set(line.sensors)
