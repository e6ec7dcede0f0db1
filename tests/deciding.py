"""A person decides and asks for something, for tests that walk over pages: a share, its consent, a request."""

from datetime import date

from django.test import override_settings

from hoso.core.access.actor import Actor
from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Subject
from hoso.core.access.rights.actions import NewRequest, receive
from hoso.core.access.sharing.actions import verify
from hoso.core.access.sharing.offers import Offer, Practitioner, offer
from hoso.core.access.sharing.tests.clinic import last_code
from hoso.core.accounts.models import Account
from hoso.core.places.facilities import ensure_facility

SOMEBODY = Subject(990_001, 990_001, "patient-990001", 0, BirthSpan(date(1980, 5, 5), date(1980, 5, 5)))


def decided_by_a_person(doctor: Account, officer: Account, facility_code: str = "01000") -> dict[str, str]:
    """Share with the doctor at the facility, open; gives the ids that addresses take."""
    facility = ensure_facility(facility_code)
    asking = Actor(doctor.pk, doctor.full_name, "test")
    made = Offer(
        SOMEBODY, facility.pk, facility.name, Practitioner(doctor.pk, doctor.full_name), "TD-1", phone="0901234567"
    )
    with override_settings(SMS_GATEWAY="hoso.gateways.sms.simulated.SimulatedSms"):
        share = verify(asking, offer(asking, made), last_code())
    request_id = receive(
        Actor(officer.pk, officer.full_name, "test"), NewRequest(SOMEBODY, "NGƯỜI MẪU", "see", "Xin xem hồ sơ")
    )
    return {
        "share_id": str(share.id), "consent_id": str(share.consent_id), "request_id": str(request_id), "kind": "reply"
    }  # fmt: skip
