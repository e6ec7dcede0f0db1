"""Who stands at the desk: found by number and year of birth, then carried from page to page in a signed ticket.

Numbers travel in the body of a request, never in an address, which logs and histories keep.
"""

from datetime import date

from django.core import signing

from hoso.core.access.consent.ages import BirthSpan
from hoso.core.access.consent.models import Behalf, Subject
from hoso.core.errors import HosoError
from hoso.engines.people.by_number import PersonAtTheDesk, person_at_the_desk
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest

TICKET_SECONDS = 3600
_SALT = "hoso.web.staff.person_at_desk"


def find_person(request: ActingRequest) -> PersonAtTheDesk:
    """The person of the form's `number` and `year`; one audit event. Raises HosoError HS2307 for nobody."""
    number, year = request.POST.get("number", ""), request.POST.get("year", "")
    known = int(year) if year.isdecimal() and len(year) == 4 else 0
    found = ask(request, lambda scope: person_at_the_desk(number, known), action="search", about="number and year")
    if found is None:
        raise HosoError("HS2307")
    return found


def subject_of(person: PersonAtTheDesk) -> Subject:
    birth = BirthSpan.of(person.birth_date, person.birth_precision)
    return Subject(person.person_id, person.source_person_id, person.patient_id, person.place_id, birth)


def ticket_for(request: ActingRequest, person: PersonAtTheDesk) -> str:
    """What the next form carries: good for this account and an hour."""
    content = {**person.__dict__, "birth_date": person.birth_date.isoformat(), "account": request.actor.account_id}
    return signing.dumps(content, salt=_SALT, compress=True)


def person_of_ticket(request: ActingRequest) -> PersonAtTheDesk:
    """Raises HosoError HS2307 for a ticket that ran out, was altered, or is somebody else's."""
    try:
        content = signing.loads(request.POST.get("ticket", ""), salt=_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        raise HosoError("HS2307") from None
    if content.pop("account") != request.actor.account_id:
        raise HosoError("HS2307")
    return PersonAtTheDesk(**{**content, "birth_date": date.fromisoformat(content["birth_date"])})


def behalf_of(request: ActingRequest) -> Behalf:
    """Who speaks for the person, as the form says."""
    name = request.POST.get("representative", "").strip()[:200]
    relation = request.POST.get("relation", "") if name else ""
    return Behalf(name, relation, request.POST.get("child_agreed") == "yes")
