"""The house's own accesses: what the treating team does is explained, an export without approval becomes a case, and who looks for
cases is in the audit."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from tests.database import Database

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.access.reading import Asking, read
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.engines.oversight.collecting import collect_all
from hoso.engines.oversight.watching import Watched, watch

Make = Callable[..., Actor]


def act(actor: Actor, action: str, person_id: int | None, found: int = 1) -> None:
    with acting_transaction(actor.account_id, "treatment"):
        record_event(AuditEvent(actor, "doctor", "treatment", action, person_id, "timeline", found=found))


def collect(wanted: int) -> None:
    taken, deadline = 0, monotonic() + 60
    while taken < wanted and monotonic() < deadline:
        taken += collect_all()
        sleep(0.05)


def watched(overseer: Actor) -> Watched:
    def look(scope: Scope) -> Watched:
        return watch(scope, 30)

    return read(overseer, "oversight", Asking("audit.read", object="oversight cases"), look)


def test_the_team_is_explained_and_an_export_without_approval_is_a_case(own_database: Database, actor: Make) -> None:
    doctor, clerk, overseer = actor("doctor"), actor("release_officer"), actor("overseer")
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, starts_at, added_by)"
            " VALUES (7, 7, 'e1', %(doctor)s, 'own', now() - interval '1 day', %(doctor)s)",
            {"doctor": doctor.account_id},
        )
    for person in (7, 7, 8):
        act(doctor, "read", person)
    act(clerk, "export", None, found=4000)
    collect(4)
    found = watched(
        overseer
    )  # so small a house has less than one alert a month; what is explained is told all the same
    assert [(one.role, one.accesses, one.explained) for one in found.shares] == [("doctor", 3, 2)]
    Account.objects.bulk_create(
        Account(username=f"many.{number}", full_name="x", kind=Account.Kind.CLINICAL, password="!")
        for number in range(300)
    )
    found = watched(overseer)
    assert [(found.names[case.account], case.sensors) for case in found.cases] == [(clerk.name, ("S8",))]
    with acting_transaction(overseer.account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event WHERE object = 'oversight cases' AND actor_id = %s", [overseer.account_id]
        )
        assert cursor.fetchone() == (2,)


@pytest.mark.django_db
def test_what_explains_is_for_who_oversees_alone(actor: Make) -> None:
    doctor = actor("doctor")
    for purpose in ("treatment", "oversight"):
        with acting_transaction(doctor.account_id, purpose), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM oversight_facts(%s)", [timezone.now() - timedelta(days=9999)])
            assert cursor.fetchone() == (0,)
