"""The second lock: with the policy in Python switched off, the database still refuses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction

from hoso.core.access import policy
from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import as_operator
from hoso.core.database.session import acting_transaction
from hoso.engines.intake import queries as intake_queries
from hoso.engines.records import queries as records
from tests.claim_packages import Claim, sample_3176
from tests.intaking import Asker, Intake, as_service, asker, one, person_of, undone

HERE, THERE = "01000", "01999"


@dataclass(frozen=True)
class Loaded:
    ours: int  # seen at HERE
    theirs: int  # seen only at THERE
    doctor: Asker  # of HERE


@pytest.fixture(scope="module")
def loaded(filled: Callable[[], Intake]) -> Iterator[Loaded]:
    intake = filled()
    intake.file(sample_3176())
    intake.file(_elsewhere(), facility=THERE)
    yield Loaded(person_of("SYN3176.0000001"), person_of("SYN.THERE", THERE), asker("doctor", HERE))


def _elsewhere() -> Claim:
    return sample_3176().with_(
        MA_LK="SYN.THERE", MA_CSKCB=THERE, MA_BN="SYN-T", SO_CCCD="001180000009", MA_THE_BHYT="GD4010000000099",
        HO_TEN="LÊ VĂN RIÊNG", GIOI_TINH="1", NGAY_SINH="198001010000", DIEN_THOAI="0900000123",
    )  # fmt: skip


@pytest.fixture
def no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first lock off: everything is allowed, every row is in scope."""

    class Everything(policy.Scope):
        def persons(self, alias: str, of_visits: bool = False) -> str:
            return "TRUE"

        def facilities(self, alias: str) -> str:
            return "TRUE"

    def allow(actor: Actor, permission: str, purpose: str) -> policy.Scope:
        return Everything(actor.roles[0])

    monkeypatch.setattr(policy, "decide", allow)


def test_without_the_policy_the_doctor_still_finds_only_their_own(loaded: Loaded, no_policy: None) -> None:
    doctor = loaded.doctor
    for text in ("Lê Văn Riêng", "le van rieng", "001180000009", "GD4010000000099", "0900000123", "SYN-T"):
        assert doctor.search(text) == [], text
    assert doctor.names("mau tran thi") == ["TRẦN THỊ MẪU"]


def test_without_the_policy_the_doctor_reads_nothing_of_a_stranger(loaded: Loaded, no_policy: None) -> None:
    doctor = loaded.doctor
    encounter = one("SELECT encounter FROM intake_visit WHERE ma_lk = 'SYN.THERE'")
    assert doctor.person(loaded.theirs) is None
    assert doctor.timeline(loaded.theirs).visits == ()
    assert doctor.visit(loaded.theirs, encounter) is None
    assert doctor.ask("record.read", lambda scope: records.trend(scope, loaded.theirs, "WBC")) == []
    assert len(doctor.timeline(loaded.ours).visits) == 1
    assert len(doctor.ask("record.read", lambda scope: records.trend(scope, loaded.ours, "WBC"))) == 1


def test_without_the_policy_a_records_officer_sees_only_the_packages_of_their_facility(
    loaded: Loaded, no_policy: None
) -> None:
    officer = asker("facility_records_officer", HERE)
    theirs = one("SELECT package_id FROM intake_visit WHERE ma_lk = 'SYN.THERE'")
    seen = officer.ask("package.read", lambda scope: intake_queries.packages(scope))
    assert [package.facility_name for package in seen] == [HERE]
    assert officer.ask("package.read", lambda scope: intake_queries.visits(scope, theirs)) == []
    assert officer.ask("package.read", lambda scope: intake_queries.findings(scope, theirs)) == []
    assert officer.ask("package.read", lambda scope: intake_queries.original_of(scope, theirs)) is None


@pytest.mark.parametrize("role", ["administrator", "overseer"])
def test_without_the_policy_who_runs_or_watches_the_house_sees_no_record(
    role: str, loaded: Loaded, no_policy: None
) -> None:
    other = asker(role)
    assert other.person(loaded.ours) is None
    assert other.timeline(loaded.ours).visits == ()
    with acting_transaction(other.actor.account_id, other.purpose), connection.cursor() as cursor:
        for table in ("people_person", "access_care_relation", "intake_visit", "changes_change"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table


def test_without_the_policy_a_doctor_sees_nothing_of_the_packages_even_of_their_facility(
    loaded: Loaded, no_policy: None
) -> None:
    assert loaded.doctor.ask("package.read", lambda scope: intake_queries.packages(scope)) == []


@pytest.mark.parametrize(
    "table",
    ["people_person", "people_identifier", "people_token", "records_resource", "records_resource_version",
     "records_location", "records_token", "access_care_relation", "access_grant", "changes_change", "intake_visit", "intake_finding"],
)  # fmt: skip
def test_without_an_actor_there_are_no_rows(table: str, loaded: Loaded) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)
    counted = one(f"SELECT count(*) FROM {table}")
    assert counted > 0 or table in ("records_resource_version", "intake_finding", "access_grant")


def test_the_actor_ends_with_the_transaction(loaded: Loaded) -> None:
    with acting_transaction(loaded.doctor.actor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM records_resource")
        assert cursor.fetchone() == (True,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_resource")
        assert cursor.fetchone() == (0,)


def test_another_purpose_gives_a_doctor_nothing(loaded: Loaded) -> None:
    with acting_transaction(loaded.doctor.actor.account_id, "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone() == (0,)


def test_naming_another_actor_gives_that_actors_scope_and_no_more(loaded: Loaded) -> None:
    """Whoever can run SQL as the application can name any actor: the limit of this lock, which the audit covers."""
    other = asker("doctor", THERE)
    with acting_transaction(loaded.doctor.actor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hoso.actor', %s, true)", [str(other.actor.account_id)])
        cursor.execute("SELECT name FROM people_person")
        assert cursor.fetchall() == [("LÊ VĂN RIÊNG",)]


def test_tables_of_the_sessions_own_stand_in_for_none_that_the_lock_reads(loaded: Loaded) -> None:
    """Who runs SQL as the application makes temporary tables named like those that say what an account may."""
    with undone(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE accounts_assignment AS SELECT %s::bigint AS account_id, 'intake_officer' AS role,
                NULL::bigint AS facility_id, NULL::bigint AS place_id, date '2020-01-01' AS valid_from, NULL::date AS valid_to;
            CREATE TEMPORARY TABLE access_scope_key AS SELECT true AS only_one, repeat('x', 64)::bytea AS key;
            GRANT SELECT ON pg_temp.accounts_assignment, pg_temp.access_scope_key TO PUBLIC
            """,
            [loaded.doctor.actor.account_id],
        )
        with acting_transaction(loaded.doctor.actor.account_id, "record_keeping"):
            cursor.execute("SELECT access_may('record.write'), access_persons_everywhere()")
            assert cursor.fetchone() == (False, False)
            cursor.execute("SELECT count(*) FROM people_person")
            assert cursor.fetchone() == (0,)


FORBIDDEN = {
    "file a resource": "INSERT INTO records_resource SELECT * FROM records_resource LIMIT 1",
    "make a person": """INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort,
        birth_precision, sex, as_of, facility_id, package_id) SELECT person_id + 1, 1, 'x', name, folded_name, name_sort,
        birth_precision, sex, as_of, facility_id, package_id FROM people_person LIMIT 1""",
    "give themselves a relation": "INSERT INTO access_care_relation VALUES (1, 1, 1, 'visit', '2025-01-01', '2025-01-01', 1)",
    "open a grant to themselves": """INSERT INTO access_grant (person_id, source_person_id, account_id, kind, purpose, permissions,
        ends_at, opened_by, reason_code, reason) VALUES (1, 1, access_actor(), 'temporary', 'treatment', '{record.read}',
        now() + interval '1 hour', 0, 'test', 'out of curiosity')""",
    "lengthen a grant": "UPDATE access_grant SET ends_at = ends_at + interval '1 hour'",
    "remove a grant": "DELETE FROM access_grant",
    "announce a change": "INSERT INTO changes_change (topic, key, payload) VALUES ('x', 'x', '{}')",
    "change the audit": "UPDATE audit_event SET actor_name = 'nobody'",
    "remove audit events": "DELETE FROM audit_event",
    "empty the audit": "TRUNCATE audit_event",
    "read past the parent table": "SELECT * FROM records_resource_00",
    "read versions past the parent table": "SELECT * FROM records_resource_version_07",
    "become the owner": "SET ROLE hoso_owner",
    "become the audit writer": "SET ROLE hoso_audit",
    "switch row security off": "ALTER TABLE records_resource DISABLE ROW LEVEL SECURITY",
    "delete a resource": "DELETE FROM records_resource",
    "change a past version": "UPDATE records_resource_version SET body = ''",
    "change an announced change": "UPDATE changes_change SET topic = 'x'",
    "drop a policy": "DROP POLICY person_scope ON records_resource",
    "widen a function": "CREATE OR REPLACE FUNCTION access_scope_everywhere() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "widen a role": "UPDATE access_role SET everywhere = true, permissions = '{record.read}'",
    "give themselves a role": "INSERT INTO accounts_assignment (account_id, role, valid_from)"
    " VALUES (access_actor(), 'intake_officer', current_date)",
    "give a colleague a role": "INSERT INTO accounts_assignment (account_id, role, valid_from)"
    " SELECT id, 'overseer', current_date FROM accounts_account WHERE id <> access_actor() LIMIT 1",
    "take a role away": "DELETE FROM accounts_assignment",
    "become an administrator": "UPDATE accounts_account SET kind = 'administrator' WHERE id = access_actor()",
    "forget passwords": "DELETE FROM accounts_password_history",
    "make a role": "INSERT INTO access_role SELECT * FROM access_role LIMIT 1",
    "read what seals the scope": "SELECT key FROM access_scope_key",
    "change what seals the scope": "UPDATE access_scope_key SET key = repeat('x', 64)::bytea",
    "look a scope up by hand": "SELECT access_openings_by('{granted}', '{8191}', '{NULL}', NULL)",
    "copy straight in": "COPY records_resource FROM STDIN",
}  # fmt: skip


@pytest.mark.parametrize("act", sorted(FORBIDDEN))
def test_a_doctors_transaction_cannot(act: str, loaded: Loaded) -> None:
    account = loaded.doctor.actor.account_id
    with pytest.raises(DatabaseError) as refusal, acting_transaction(account, "treatment"):
        connection.cursor().execute(FORBIDDEN[act])
    state = getattr(refusal.value.__cause__, "sqlstate", "")
    assert state in ("42501", "0A000"), refusal.value  # refused by rights, not failing for another reason


@pytest.mark.parametrize(
    "statement",
    ["UPDATE records_resource SET body = ''", "UPDATE people_person SET name = ''", "DELETE FROM people_token",
     "UPDATE access_care_relation SET facility_id = 1", "UPDATE accounts_assignment SET role = 'administrator'"],
)  # fmt: skip
def test_a_doctors_update_reaches_no_row(statement: str, loaded: Loaded) -> None:
    with undone(), acting_transaction(loaded.doctor.actor.account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 0


def test_the_intake_service_may_file_and_the_audit_is_closed_to_it_too(loaded: Loaded) -> None:
    with pytest.raises(DatabaseError), as_service() as cursor:
        cursor.execute("DELETE FROM audit_event")
    with undone(), as_service() as cursor:
        cursor.execute("UPDATE people_person SET phone = '' WHERE person_id = %s", [loaded.ours])
        assert cursor.rowcount == 1


def test_an_ended_assignment_and_a_closed_account_see_nothing(loaded: Loaded) -> None:
    past, closed = asker("doctor", HERE), asker("doctor", HERE)
    assert len(past.search("mau")) == 1 == len(closed.search("mau"))
    with undone():
        with as_operator(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_assignment SET valid_to = current_date WHERE account_id = %s", [past.actor.account_id]
            )
            assert cursor.rowcount == 1
            cursor.execute("UPDATE accounts_account SET is_active = false WHERE id = %s", [closed.actor.account_id])
        for one_asker in (past, closed):
            with acting_transaction(one_asker.actor.account_id, "treatment"), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM people_person")
                assert cursor.fetchone() == (0,)


def test_a_label_hidden_from_a_role_is_hidden_by_the_database(loaded: Loaded, no_policy: None) -> None:
    from hoso.core.access.labels import mask_of

    with undone():
        with as_service() as cursor:
            cursor.execute(
                "UPDATE records_resource SET sensitivity = %s WHERE person_id = %s", [mask_of(["hiv"]), loaded.ours]
            )
            assert cursor.rowcount > 10
        assert loaded.doctor.timeline(loaded.ours).visits == ()


def test_the_owner_of_the_tables_is_not_who_the_application_signs_in_as(loaded: Loaded) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("hoso_app", "hoso_app")
