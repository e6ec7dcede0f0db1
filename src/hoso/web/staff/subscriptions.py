"""The board of FHIR subscriptions: who is called about what, what is not taken, and telling it again."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.database.session import acting_transaction
from hoso.engines.records.subscriptions import board as queries
from hoso.web.routes import ActingRequest


def board(request: ActingRequest) -> HttpResponse:
    with acting_transaction(request.actor.account_id, queries.PURPOSE):
        context = {"subscriptions": queries.subscriptions(), "troubled": queries.troubled()}
    return render(request, "subscriptions/board.html", context)


def again(request: ActingRequest, number: int) -> HttpResponse:
    """Raises HosoError HS5245."""
    queries.tell_again(request.actor, number)
    return redirect("subscriptions")
