"""The sheet for a person without a telephone: printed at the commune, taken once at the facility it names."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from hoso.core.access.sharing import actions, offers
from hoso.core.access.sharing.tests.clinic import Clinic, refused


def test_it_opens_the_record_to_who_takes_it_there(clinic: Clinic) -> None:
    share_id, code = offers.offer_on_paper(clinic.desk, clinic.offer(practitioner=None, encounter="", phone=""))
    taken = actions.take_paper(clinic.doctor, share_id, code.lower(), "TD-9")
    assert (taken.state, taken.practitioner_id, taken.encounter) == ("active", clinic.doctor.account_id, "TD-9")
    with refused("HS2300"):  # it is the doctor's now, and no one else's
        actions.take_paper(clinic.colleague, share_id, code, "TD-9")
    with refused("HS2303"):
        actions.take_paper(clinic.doctor, share_id, code, "TD-10")


def test_it_is_worth_nothing_elsewhere_or_later(clinic: Clinic) -> None:
    share_id, code = offers.offer_on_paper(clinic.desk, clinic.offer(practitioner=None, encounter="", phone=""))
    with refused("HS2300"):
        actions.take_paper(clinic.stranger, share_id, code, "TD-9")
    with refused("HS2314"):  # the desk treats nobody
        actions.take_paper(clinic.desk, share_id, code, "TD-9")
    with refused("HS2331"):
        actions.take_paper(clinic.doctor, share_id, code, "")
    with time_machine.travel(timezone.now() + timedelta(days=7), tick=False), refused("HS2304"):
        actions.take_paper(clinic.doctor, share_id, code, "TD-9")


def test_a_doctor_prints_none(clinic: Clinic) -> None:
    with refused("HS2001"):
        offers.offer_on_paper(clinic.doctor, clinic.offer(practitioner=None, encounter="", phone=""))


def test_guessing_a_sheet_ends_it(clinic: Clinic) -> None:
    share_id, code = offers.offer_on_paper(clinic.desk, clinic.offer(practitioner=None, encounter="", phone=""))
    for _ in range(4):
        with refused("HS2302"):
            actions.take_paper(clinic.doctor, share_id, "A" * 32, "TD-9")
    with refused("HS2305"):
        actions.take_paper(clinic.doctor, share_id, "A" * 32, "TD-9")
    with refused("HS2305"):
        actions.take_paper(clinic.colleague, share_id, code, "TD-9")
