"""Health cards: those of a person, issuing, blocking, printing; finding a person by a card and a second mark; coverage."""

from datetime import date, datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.documents.layouts import layouts
from hoso.engines.documents.typst_pdf import typst_pdf
from hoso.engines.people import queries as people
from hoso.engines.people.cards.actions import block_card, issue_card, reach
from hoso.engines.people.cards.numbers import code_text, scanned_card
from hoso.engines.people.cards.queries import Bearer, Card, bearer_of, cards_of, coverage
from hoso.engines.people.cards.targets import targets
from hoso.engines.people.models import Person
from hoso.web.asking import ask
from hoso.web.qr_code import qr_svg
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken
from hoso.web.templatetags.person import born, sex

LARGEST_MARK = 200


def of_person(request: ActingRequest, person_id: int) -> HttpResponse:
    """The cards of a person. Raises HosoError HS4003."""
    person, cards = _person(request, person_id, "cards")
    held = _held(cards)
    former = _former(cards, held) if held else None
    return render(request, "cards/person.html", {"person": person, "cards": cards, "held": held, "former": former})


def issue(request: ActingRequest, person_id: int) -> HttpResponse:
    """POST reason, needed where a card is replaced. Raises HosoError HS4003, HS6085."""
    issue_card(request.actor, person_id, request.POST.get("reason", ""))
    messages.success(request, spoken(("Đã cấp thẻ.", "The card is issued.")))
    return redirect("person_cards", person_id)


def block(request: ActingRequest, person_id: int, card_id: int) -> HttpResponse:
    """POST reason. Raises HosoError HS6085, HS6086."""
    block_card(request.actor, person_id, card_id, request.POST.get("reason", ""))
    messages.success(request, spoken(("Đã khóa thẻ.", "The card is blocked.")))
    return redirect("person_cards", person_id)


def printed(request: ActingRequest, person_id: int) -> HttpResponse:
    """The card that holds, as PDF in its own size. Raises HosoError HS4003, HS6086."""
    person, cards = _person(request, person_id, "card printed")
    card = _held(cards)
    if card is None:
        raise HosoError("HS6086")
    data = {
        "title": "Thẻ khám chữa bệnh", "name": person.name, "birth": born(person.birth), "sex": sex(person.sex),
        "number": " ".join((card.number[:2], card.number[2:6], card.number[6:10], card.number[10:])),
        "issued": f"{timezone.localtime(card.issued_at):%d/%m/%Y}", "picture": qr_svg(code_text(card.number)),
        "synthetic": (settings.HOSO_HOME / "demo").is_dir(),
    }  # fmt: skip
    content = typst_pdf(layouts()["health_card"].path, data)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="the-{card.id}.pdf"'},
    )


def find(request: ActingRequest) -> HttpResponse:
    """The form."""
    return render(request, "cards/find.html", {"text": "", "mark": "", "asked": False})


def found(request: ActingRequest) -> HttpResponse:
    """POST `card` (what the scanner read) and `mark` (day of birth or name): the card alone leads to nobody."""
    text, mark = request.POST.get("card", "")[:LARGEST_MARK], request.POST.get("mark", "").strip()[:LARGEST_MARK]
    number, day = scanned_card(text), _day(mark)
    bearer: Bearer | None = ask(
        request,
        lambda scope: bearer_of(reach(request.actor), number or "", day, "" if day else mark),
        action="search",
        about="card and second mark",
    )
    return render(request, "cards/find.html", {"text": text, "mark": mark, "asked": True, "found": bearer})


def board(request: ActingRequest) -> HttpResponse:
    """How many have a card, beside the targets."""
    whole, *places = ask(request, lambda scope: coverage(), about="card coverage")
    return render(request, "cards/coverage.html", {"whole": whole, "places": places, "targets": targets()})


def _person(request: ActingRequest, person_id: int, about: str) -> tuple[Person, list[Card]]:
    def query(scope: Scope) -> tuple[Person | None, list[Card]]:
        return people.person(reach(request.actor), person_id), cards_of(person_id)

    person, cards = ask(request, query, person_id=person_id, about=about)
    if person is None:
        raise HosoError("HS4003")
    return person, cards


def _held(cards: list[Card]) -> Card | None:
    return next((one for one in cards if one.state == "active"), None)


def _former(cards: list[Card], held: Card) -> Card | None:
    """The card that ended before the one that holds was issued: it may still be in somebody's hands."""
    return next((one for one in cards if one.id != held.id), None)


def _day(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%d%m%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
