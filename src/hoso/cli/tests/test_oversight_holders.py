"""Looks at a colleague, at somebody of the own household and at oneself through staff screens become cases of `hoso oversight look`;
what looks alike and is work does not. All persons are synthetic."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone
from tests.database import Database

from hoso.cli.oversight import oversight
from hoso.core.access.actor import Actor
from hoso.core.accounts.actions import number_hash
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.engines.oversight.sensing import sensors
from hoso.engines.oversight.tests.taking_over import take_looks_over
from hoso.engines.oversight.watching import Fresh, sensed

Make = Callable[..., Actor]
NURSE, COLLEAGUE, RELATIVE, NAMESAKE = 9001, 9002, 9003, 9004  # the persons; the first two hold accounts
HOUSEHOLDS = {NURSE: "91-1", COLLEAGUE: "91-2", RELATIVE: "91-1", NAMESAKE: "91-3"}
_PERSON = """
    INSERT INTO people_person (person_id, source_person_id, patient_id, name, folded_name, name_sort, birth_precision, sex, as_of,
                               facility_id, package_id)
    VALUES (%(id)s, %(id)s, 'p-' || %(id)s, 'X', 'nguyen x', 'x', 0, 3, now(), 0, 1)"""
_NUMBER = """
    INSERT INTO people_identifier (kind, value, issuer_id, person_id, source_person_id, facility_id, package_id)
    VALUES ('personal_number', %(number)s, 0, %(id)s, %(id)s, 0, 1)"""
_MEMBER = """
    INSERT INTO people_household_member (person_id, source_person_id, household, member, relation, address, first_day, list_id, list_row)
    SELECT %(id)s, %(id)s, %(household)s, %(id)s, '', '', '2025-01-01', max(id), 1 FROM household_list"""


def number_of(person: int) -> str:
    return f"00118000{person}"


@pytest.fixture
def nurse(own_database: Database, actor: Make) -> Iterator[Actor]:
    """A nurse and a colleague of one hospital, whose accounts have their numbers; who lives with the nurse, and a namesake."""
    hospital = ensure_facility("91001")
    made = {person: actor("doctor", facility=hospital) for person in (NURSE, COLLEAGUE)}
    for person, holder in made.items():
        Account.objects.filter(pk=holder.account_id).update(personal_number_hash=number_hash(number_of(person)))
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO household_list (file_name, sha256, size_bytes, true_on, given_by) VALUES ('x', '', 1, '2025-01-01', 1)"
        )
        for person, household in HOUSEHOLDS.items():
            values = {"id": person, "number": number_of(person), "household": household}
            for question in (_PERSON, _NUMBER, _MEMBER):
                admin.execute(question, values)
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(20)
    )
    yield made[NURSE]


def opened(actor: Actor, *persons: int) -> None:
    for person in persons:
        with acting_transaction(actor.account_id, "treatment"):
            record_event(AuditEvent(actor, "doctor", "treatment", "read", person, "timeline", found=1))
    take_looks_over()


def evidence(database: Database) -> list[tuple[str, int]]:
    told = CliRunner().invoke(oversight, ["look"], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    with psycopg.connect(database.admin_url) as admin:
        return admin.execute("SELECT sensor, person_id FROM oversight_evidence ORDER BY sensor, person_id").fetchall()


def test_a_colleague_the_household_and_oneself(own_database: Database, nurse: Actor) -> None:
    opened(nurse, NURSE, COLLEAGUE, RELATIVE, NAMESAKE)
    assert evidence(own_database) == [("S1", COLLEAGUE), ("S2", RELATIVE), ("S4", NURSE)]
    with acting_transaction(nurse.account_id, "oversight"), connection.cursor() as cursor:
        for function in (
            f"oversight_numbers_of(ARRAY[{COLLEAGUE}])",
            "oversight_holders()",
            "oversight_persons('-infinity')",
            f"oversight_persons_of(ARRAY[{COLLEAGUE}])",
            "unnest(oversight_seen('-infinity'))",
            f"oversight_facts_of(ARRAY[{COLLEAGUE}], '-infinity')",
        ):
            cursor.execute(f"SELECT count(*) FROM {function}")
            assert cursor.fetchone() == (0,)


def test_work_that_looks_alike(own_database: Database, nurse: Actor, actor: Make) -> None:
    """The colleague is treated by the nurse; for the relative the nurse keeps a request about their data; of two persons the nurse said
    that they are two; the colleague's number was given to the account wrongly, and is corrected."""
    with psycopg.connect(own_database.admin_url) as admin:
        values = {"account": nurse.account_id, "colleague": COLLEAGUE, "relative": RELATIVE, "namesake": NAMESAKE}
        admin.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, starts_at, added_by)"
            " VALUES (%(colleague)s, %(colleague)s, 'e1', %(account)s, 'own', now() - interval '1 day', %(account)s)", values,
        )  # fmt: skip
        admin.execute(
            "WITH asked AS (INSERT INTO rights_request (person_id, source_person_id, person_name, kind, details, through_others, channel,"
            " copy, received_at, reply_due, due) VALUES (%(relative)s, %(relative)s, 'X', 'see', 'x', false, 'desk', 'full',"
            " now() - interval '1 hour', current_date + 2, current_date + 10) RETURNING id)"
            " INSERT INTO rights_event (request_id, at, actor_id, actor_name, act) SELECT id, now(), %(account)s, 'x', 'received' FROM asked",
            values,
        )
    opened(nurse, COLLEAGUE, RELATIVE)
    assert evidence(own_database) == []
    other = actor("doctor", facility=ensure_facility("91002"))  # works elsewhere: nobody's colleague here
    Account.objects.filter(personal_number_hash=number_hash(number_of(NURSE))).update(personal_number_hash="")
    opened(other, COLLEAGUE, RELATIVE)
    opened(nurse, NURSE)  # whose number is not known any more
    assert evidence(own_database) == []


def test_an_overseer_sees_links_and_no_number(own_database: Database, nurse: Actor, actor: Make) -> None:
    opened(nurse, NURSE)
    evidence(own_database)
    overseer = actor("overseer")
    with acting_transaction(overseer.account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM oversight_numbers_of(%s)", [list(HOUSEHOLDS)])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT person FROM oversight_holders()")
        assert cursor.fetchall() == [(NURSE,)]


def test_fresh_events_are_told_as_all_are(own_database: Database, nurse: Actor, actor: Make) -> None:
    """The stream asks other questions, by person: the same accounts, persons, reasons and hits come of them."""
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO access_care_relation VALUES (%s, %s, %s, 'visit', current_date - 9, current_date, 1)",
            [NAMESAKE, NAMESAKE, ensure_facility("91001").pk],
        )
    opened(nurse, NURSE, COLLEAGUE, RELATIVE, NAMESAKE)
    evidence(own_database)  # links the holders
    since, asked = timezone.now() - timedelta(days=1), tuple(one for one in sensors() if one.on_stream)
    with acting_transaction(actor("overseer").account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute("SELECT number, account_id, person_id FROM oversight_event WHERE person_id IS NOT NULL")
        fresh = Fresh(*(sorted(set(column)) for column in zip(*cursor.fetchall(), strict=True)))
        streamed, whole = sensed(since, fresh, asked), sensed(since, None, asked)
    for table in ("access", "person", "account", "fact", "explained", "unexplained", "hit"):
        rows = whole.ask(f"SELECT * FROM {table} ORDER BY ALL")
        assert rows and streamed.ask(f"SELECT * FROM {table} ORDER BY ALL") == rows, table
