"""Addresses of newborns and health cards."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.routes import View, route
from hoso.web.staff import cards, newborns

TREATMENT = "treatment"


def _card(pattern: str, view: View, name: str, *, act: bool = False, shows: bool = True) -> URLPattern:
    return route(
        pattern, require_POST(view) if act else view, name=name, permission="card.manage", purpose=TREATMENT, touches_person=shows,
    )  # fmt: skip


def _birth(pattern: str, view: View, name: str, *, act: bool = False) -> URLPattern:
    return route(
        pattern, require_POST(view) if act else view, name=name, permission="newborn.register", purpose=TREATMENT,
        touches_person=True,
    )  # fmt: skip


urlpatterns = [
    _birth("people/<int:person_id>/newborns/", newborns.of_mother, "newborns"),
    _birth("people/<int:person_id>/newborns/register/", newborns.register, "register_newborn", act=True),
    _birth("people/<int:person_id>/newborns/number/", newborns.number, "newborn_number", act=True),
    _card("people/<int:person_id>/cards/", cards.of_person, "person_cards"),
    _card("people/<int:person_id>/cards/issue/", cards.issue, "issue_card", act=True),
    _card("people/<int:person_id>/cards/<int:card_id>/block/", cards.block, "block_card", act=True),
    _card("people/<int:person_id>/cards/print/", cards.printed, "print_card", act=True),
    _card("cards/", cards.find, "find_card", shows=False),
    _card("cards/found/", cards.found, "card_bearer", act=True),
    route(
        "cards/coverage/", cards.board, name="card_coverage", permission="card.coverage", purpose="record_keeping",
        touches_person=False,
    ),
]  # fmt: skip
