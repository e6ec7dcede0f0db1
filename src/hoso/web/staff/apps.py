"""Opening an app from the page of a person or of a visit (SMART App Launch 2.2, EHR launch)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect

from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.addresses import FHIR, base_url
from hoso.core.accounts.authorization.launches import Context, launch_address, launchable, open_launch
from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.engines.people import queries as people
from hoso.engines.records import queries as records
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.sign_in import bears_token


@dataclass(frozen=True)
class Opened:
    """Where the browser goes; counted by the audit as one look at the person."""

    address: str


def apps_of(request: ActingRequest) -> list[Client]:
    """The apps that whoever treats the person may open; none on pages opened for another purpose."""
    return launchable(_account(request)) if request.declaration.purpose == "treatment" else []


def lets_open(response: HttpResponse, apps: list[Client]) -> HttpResponse:
    """Let the page's forms lead to the apps: browsers count the redirect as a target of the form."""
    if apps:
        origins = {"{0.scheme}://{0.netloc}".format(urlsplit(app.launch_url)) for app in apps}
        response._csp_update = {"form-action": ["'self'", *sorted(origins)]}  # type: ignore[attr-defined]
    return response


def open_person(request: ActingRequest, person_id: int, client_id: str) -> HttpResponse:
    """To the app, with the person in context. Raises HosoError HS4003, HS2252, HS2411."""
    return _open(request, person_id, client_id, "")


def open_visit(request: ActingRequest, person_id: int, encounter: str, client_id: str) -> HttpResponse:
    """To the app, with the person and the visit in context. Raises HosoError HS5001, HS2252, HS2411."""
    return _open(request, person_id, client_id, encounter)


def _open(request: ActingRequest, person_id: int, client_id: str, encounter: str) -> HttpResponse:
    if bears_token(request):
        raise HosoError("HS2252")
    account = _account(request)
    app = next((one for one in launchable(account) if one.client_id == client_id), None)
    if app is None:
        raise HosoError("HS2411", client_id=client_id[:64])

    def query(scope: Scope) -> Opened | None:
        person = people.person(scope, person_id)
        if person is None or (encounter and records.visit(scope, person_id, encounter) is None):
            return None
        value = open_launch(app, account, Context(person.patient_id, encounter))
        return Opened(launch_address(app, base_url(request) + FHIR, value))

    about = f"Encounter/{encounter} opened in" if encounter else "opened in"
    opened = ask(request, query, person_id=person_id, about=f"{about} Client/{client_id}")
    if opened is None:
        raise HosoError("HS5001" if encounter else "HS4003")
    return HttpResponseRedirect(opened.address, status=303)


def _account(request: ActingRequest) -> Account:
    return Account.objects.get(pk=request.actor.account_id)
