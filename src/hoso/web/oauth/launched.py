"""An app that a page of ours opened comes back with its `launch`: the page's person and visit are put before it.

Whoever opened it must still be allowed to see them, at this moment; that look is recorded like any other.
"""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization import protocol
from hoso.core.accounts.authorization.launches import Context, use_launch
from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.authorization.protocol import ProtocolError
from hoso.core.accounts.authorization.record import record_refusal
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.people.models import Person
from hoso.engines.records import queries as records
from hoso.web.asking import ask
from hoso.web.oauth import chosen_patient, consent
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token


@dataclass(frozen=True)
class Seen:
    """The person of a launch, as whoever opened the app may see them now."""

    person: Person

    @property
    def person_id(self) -> int:
        return self.person.person_id


def launched(request: ActingRequest) -> HttpResponse:
    """From the app's question with its `launch` back to the question, with the person in the session.

    A launch that leads nowhere (used, over, somebody else's, a person out of sight) is told to the app, the same for all.
    """
    if bears_token(request):
        raise HosoError("HS2252")
    request.asker = request.actor  # type: ignore[attr-defined]
    try:
        asked = protocol.examine(request)
    except ProtocolError as error:
        return consent.refuse(request, error)
    account = Account.objects.get(pk=request.actor.account_id)
    context = use_launch(asked.launch, asked.client, account) if asked.launch else None
    person = _person(request, asked.client, context) if context else None
    if context is None or person is None:
        record_refusal(request, asked.client.client_id, "launch leads nowhere", account)
        return protocol.refuse_launch(request, asked)
    chosen_patient.put(request, asked, chosen_patient.Chosen(person.patient_id, person.name, context.encounter))
    return redirect(f"{reverse('oauth_authorize')}?{request.GET.urlencode()}")


def _person(request: ActingRequest, client: Client, context: Context) -> Person | None:
    def query(scope: Scope) -> Seen | None:
        person_id = people.person_id_of(scope, context.patient)
        person = people.person(scope, person_id) if person_id is not None else None
        if person is None or (context.encounter and not records.visit(scope, person.person_id, context.encounter)):
            return None
        return Seen(person)

    seen = ask(request, query, about=f"opened in Client/{client.client_id}")
    return seen.person if seen else None
