"""The patient whom the person puts before an app (`launch/patient`): found by their own right, kept in the session."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.models import Client
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.people.models import Person, SearchAnswer
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.people import SHORTEST, Found

SESSION_KEY = "oauth_patient"
KEPT = timedelta(minutes=10)


@dataclass(frozen=True)
class Chosen:
    client_id: str
    patient_id: str
    name: str
    at: float


def choose(request: ActingRequest) -> HttpResponse:
    """By GET a search (`q`), by POST the choice (`person_id`); every other parameter is the app's question."""
    if request.method == "POST":
        return _chosen(request)
    question = request.GET.copy()
    text = (question.pop("q", [""])[-1] or "").strip()
    enough = len(text) >= SHORTEST

    def query(scope: Scope) -> Found:
        return Found(people.search(scope, text, 10) if enough else SearchAnswer((), False))

    answer = ask(request, query, action="search", about="patient for an app").answer
    context = {
        "text": text,
        "asked": enough,
        "answer": answer,
        "question": question.items(),
        "query": question.urlencode(),
    }
    return render(request, "oauth/patient.html", context)


def _chosen(request: ActingRequest) -> HttpResponse:
    number = request.POST.get("person_id", "")
    if not number.isdecimal():
        raise HosoError("HS9004", name="person_id", value=number[:40])

    def query(scope: Scope) -> Person | None:
        return people.person(scope, int(number))

    person = ask(request, query, person_id=int(number), about="patient for an app")
    if person is None:
        raise HosoError("HS4003")
    chosen = Chosen(request.GET.get("client_id", ""), person.patient_id, person.name, timezone.now().timestamp())
    request.session[SESSION_KEY] = asdict(chosen)
    return redirect(f"{reverse('oauth_authorize')}?{request.GET.urlencode()}")


def of(request: HttpRequest, client: Client) -> Chosen | None:
    """The patient chosen for this client a moment ago."""
    kept = request.session.get(SESSION_KEY)
    if kept is None or kept["client_id"] != client.client_id:
        return None
    chosen = Chosen(**kept)
    return chosen if timezone.now().timestamp() - chosen.at < KEPT.total_seconds() else None


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)
