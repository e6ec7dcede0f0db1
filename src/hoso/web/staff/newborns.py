"""Newborns of a mother: the list, the form, and the number that the state gives later."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.consent.facilities import OwnFacility, own_facilities
from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake.moments import moment
from hoso.engines.intake.newborns.queries import BirthPaper, Child, birth_papers, children_of
from hoso.engines.intake.newborns.registering import Newborn, give_number, register_newborn
from hoso.engines.people import queries as people
from hoso.engines.people.cards.actions import reach
from hoso.engines.people.models import Person, Sex
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken
from hoso.web.whole_numbers import whole, whole_or_none


@dataclass(frozen=True)
class Page:
    person: Person
    children: list[Child]
    papers: list[BirthPaper]
    facilities: list[OwnFacility]


def of_mother(request: ActingRequest, person_id: int) -> HttpResponse:
    """Her children and the form; `?paper=` fills it from a birth paper of her visits. Raises HosoError HS4003."""

    def query(scope: Scope) -> Page | None:
        found = people.person(reach(request.actor), person_id)
        return Page(found, children_of(person_id), birth_papers(person_id), own_facilities()) if found else None

    page = ask(request, query, person_id=person_id, about="newborns")
    if page is None:
        raise HosoError("HS4003")
    paper = next((one for one in page.papers if one.composition == request.GET.get("paper")), None)
    context = {
        "person": page.person, "page": page, "papers": [(one, _filled(one)) for one in page.papers],
        "filled": _filled(paper) if paper else {"together": "1", "order": "1"}, "now": timezone.localtime(),
    }  # fmt: skip
    return render(request, "newborns/mother.html", context)


def register(request: ActingRequest, person_id: int) -> HttpResponse:
    """POST the form. Raises HosoError HS4003, HS6080-HS6083, HS6087, HS6089, HS9004."""
    child = register_newborn(request.actor, person_id, _newborn(request))
    messages.success(request, spoken(("Đã lập hồ sơ và cấp thẻ cho trẻ.", "The child has a record and a card.")))
    return redirect("person_cards", child)


def number(request: ActingRequest, person_id: int) -> HttpResponse:
    """POST number and name for a registered child. Raises HosoError HS4003, HS6084, HS6088."""
    give_number(request.actor, person_id, request.POST.get("number", ""), request.POST.get("name", "")[:200])
    messages.success(request, spoken(("Đã ghi số cho trẻ.", "The number is written to the child.")))
    return redirect("person", person_id)


def _newborn(request: ActingRequest) -> Newborn:
    form = request.POST
    return Newborn(
        _moment(form.get("born", "")), Sex(whole(form, "sex", default=3, least=1, most=3)), whole_or_none(form, "weight"),
        whole(form, "order", default=1) or 1, whole(form, "together", default=1) or 1, form.get("name", "")[:200],
        whole(form, "facility", default=0), form.get("paper", "")[:64],
    )  # fmt: skip


def _moment(text: str) -> datetime:
    """As a field of day and time gives it, or as it is spoken."""
    for form in ("%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"):
        try:
            return timezone.make_aware(datetime.strptime(text.strip(), form))
        except ValueError:
            continue
    raise HosoError("HS9004", name="born", value=text[:40])


def _filled(paper: BirthPaper) -> dict[str, str]:
    """The form's fields from those of XML9."""
    told = paper.told
    born = moment(told.get("NGAY_SINH_CON", ""))
    return {
        "paper": paper.composition, "name": told.get("HO_TEN_CON", ""), "sex": told.get("GIOI_TINH_CON", "")[:1],
        "weight": told.get("CAN_NANG_CON", "").partition(".")[0], "together": told.get("SO_CON", "1"), "order": "1",
        "spoken": f"{timezone.localtime(born):%d/%m/%Y %H:%M}" if born else "",
        "born": f"{timezone.localtime(born):%Y-%m-%dT%H:%M}" if born else "",
    }  # fmt: skip
