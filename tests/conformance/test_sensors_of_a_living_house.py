"""What the house itself knows reaches the sensors: who died (S5). Every
death here is filed by a package or a list of households, as a hospital and a commune send them; all persons are synthetic."""

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.households.importing import receive_list, take_list
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.tests.taking_over import take_looks_over
from tests.claim_packages import Claim, sample_3176
from tests.conformance.test_household_lists import MAI, csv_of
from tests.database import Database
from tests.intaking import Intake, forget, person_of, rows
from tests.joining import officer

HOSPITAL = "80901"
Make = Callable[..., Actor]


def visit(number: int, on: date, result: str) -> Claim:
    """A visit of one day, the person's own by `number` of a hundred."""
    given = {
        "MA_LK": f"LIV.{number}", "MA_BN": f"LIV{number % 100}", "MA_CSKCB": HOSPITAL, "SO_CCCD": f"0801800{number % 100:05}",
        "MA_THE_BHYT": f"GD4808000{number % 100:06}", "HO_TEN": f"NGƯỜI MẪU {number % 100}", "NGAY_SINH": "198001010000",
        "NGAY_VAO": f"{on:%Y%m%d}0800", "NGAY_RA": f"{on:%Y%m%d}0900", "NGAY_TTOAN": f"{on:%Y%m%d}0900", "KET_QUA_DTRI": result,
    }  # fmt: skip
    return sample_3176().with_(**given)


@pytest.fixture
def intake(own_database: Database) -> Intake:
    forget()
    return Intake(own_database.home / "sent")


def opened(actor: Actor, *persons: int) -> None:
    for person in persons:
        with acting_transaction(actor.account_id, "treatment"):
            record_event(AuditEvent(actor, "doctor", "treatment", "read", person, "timeline", found=1))
    take_looks_over()


def signs(database: Database, sensor: str) -> list[int]:
    """The persons of the hits of a sensor, after a look over the last days."""
    look_over()
    with psycopg.connect(database.admin_url) as admin:
        told = admin.execute(
            "SELECT e.person_id FROM oversight_hit h JOIN oversight_event e ON e.number = h.event WHERE h.sensor = %(sensor)s"
            " UNION ALL SELECT person_id FROM oversight_evidence WHERE sensor = %(sensor)s ORDER BY 1",
            {"sensor": sensor},
        ).fetchall()
    return [row[0] for row in told]


def test_looks_at_who_died_long_ago(own_database: Database, intake: Intake, actor: Make) -> None:
    long_ago, lately = timezone.localdate() - timedelta(days=90), timezone.localdate() - timedelta(days=9)
    intake.file(
        visit(1, long_ago, "5"),
        visit(2, long_ago, "8"),  # dead before arrival
        visit(3, long_ago, "1"),
        visit(4, lately, "5"),  # whose file is still worked on
        visit(5, long_ago, "5"), visit(105, long_ago + timedelta(days=20), "1"),  # came again: the death was said in error
        made_on=f"{timezone.localdate():%Y%m%d}", facility=HOSPITAL,
    )  # fmt: skip
    list_id = receive_list(officer(), "ho.csv", [csv_of({**MAI, "died": f"{long_ago:%d/%m/%Y}"})], timezone.localdate())
    take_list(list_id)
    persons = [person_of(f"LIV.{number}", HOSPITAL) for number in (1, 2, 3, 4, 5)]
    ((listed,),) = rows("SELECT person_id FROM people_household_member")
    doctor = actor("doctor", facility=ensure_facility("80902"))
    opened(doctor, *persons, listed)
    assert signs(own_database, "S5") == sorted([*persons[:2], listed])
