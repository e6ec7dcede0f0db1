"""The patient whom the person puts before an app: chosen here (`launch/patient`), or on the page from which the app was opened
(`launch`; launched.py). Found by the person's own right, kept in the session for the one question of the one app."""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.protocol import Asked
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.people.models import Person, SearchAnswer
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.people import SHORTEST, Found

SESSION_KEY = "oauth_patient"
KEPT = timedelta(minutes=10)
KEPT_QUESTIONS = 5  # of one person at a time: apps being opened side by side


@dataclass(frozen=True)
class Chosen:
    patient_id: str
    name: str
    encounter: str = ""
    at: float = field(default_factory=lambda: timezone.now().timestamp())

    @property
    def is_fresh(self) -> bool:
        return timezone.now().timestamp() - self.at < KEPT.total_seconds()


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
    _keep(request, _question(request.GET.get("client_id", "")), Chosen(person.patient_id, person.name))
    return redirect(f"{reverse('oauth_authorize')}?{request.GET.urlencode()}")


def of(request: HttpRequest, asked: Asked) -> Chosen | None:
    """The patient put before this client a moment ago, for this question."""
    kept = request.session.get(SESSION_KEY, {}).get(_question(asked.client.client_id, asked.launch))
    chosen = Chosen(**kept) if kept else None
    return chosen if chosen and chosen.is_fresh else None


def put(request: HttpRequest, asked: Asked, chosen: Chosen) -> None:
    """Keep the patient of the page from which the app was opened."""
    _keep(request, _question(asked.client.client_id, asked.launch), chosen)


def forget(request: HttpRequest, asked: Asked) -> None:
    kept = request.session.get(SESSION_KEY, {})
    kept.pop(_question(asked.client.client_id, asked.launch), None)
    request.session[SESSION_KEY] = kept


def _question(client_id: str, launch: str = "") -> str:
    """One question of one client; the launch as a hash, since the session is kept in the database."""
    return f"{client_id} {sha256(launch.encode()).hexdigest()}" if launch else client_id


def _keep(request: HttpRequest, question: str, chosen: Chosen) -> None:
    kept = {key: one for key, one in request.session.get(SESSION_KEY, {}).items() if key != question}
    newest = dict(list(kept.items())[1 - KEPT_QUESTIONS :])
    request.session[SESSION_KEY] = newest | {question: asdict(chosen)}
