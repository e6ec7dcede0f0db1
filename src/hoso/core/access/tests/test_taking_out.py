"""Taking a record out is more than reading it: its own right, a reason, an event that says so."""

from collections.abc import Callable

import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.database.session import set_actor
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility

pytestmark = pytest.mark.django_db
Actors = Callable[..., Actor]


@pytest.mark.parametrize(
    ("role", "purpose", "permission"),
    [
        ("doctor", "treatment", "record.export"),  # hands out papers, but no whole record
        ("payment_officer", "payment", "record.print"),
        ("student", "training", "record.print"),
    ],
)
def test_who_may_read_may_not_take_out(role: str, purpose: str, permission: str, actor: Actors) -> None:
    reader = actor(role, facility=ensure_facility("91002"))
    with pytest.raises(HosoError, match="HS2001"):
        read(reader, purpose, Asking(permission, action="export", reason="asked by the person"), lambda _: [])


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed(reason: str, actor: Actors) -> None:
    officer = actor("release_officer", facility=ensure_facility("91002"))
    with pytest.raises(HosoError, match="HS2103"):
        read(officer, "record_release", Asking("record.print", action="export", reason=reason), lambda _: [])


def test_it_is_one_event_of_export_with_its_reason(actor: Actors) -> None:
    officer = actor("release_officer", facility=ensure_facility("91002"))
    read(officer, "record_release", Asking("record.print", action="export", reason="for the court"), lambda _: [1, 2])
    with connection.cursor() as cursor:
        set_actor(officer.account_id, "own_account")
        cursor.execute("SELECT action, reason, found FROM audit_event WHERE actor_id = %s", [officer.account_id])
        assert cursor.fetchall() == [("export", "for the court", 2)]


def test_a_print_cannot_be_recorded_as_a_read(actor: Actors) -> None:
    officer = actor("release_officer", facility=ensure_facility("91002"))
    with pytest.raises(ValueError, match="export"):
        read(officer, "record_release", Asking("record.print", reason="quietly"), lambda _: [])
