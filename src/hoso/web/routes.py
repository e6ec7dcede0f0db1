"""Declaring a route: path, view, and the permission and purpose without which it does not exist.

A route denies by default. One that touches a person must leave an audit event, or its answer is withheld.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, record_refusal
from hoso.core.access.roles import Role
from hoso.core.audit.events import events_of_request
from hoso.core.errors import HosoError
from hoso.web import error_pages
from hoso.web.even_timing import hold_back
from hoso.web.sign_in import ask_to_sign_in, identify, lacks_second_factor

PUBLIC = "public"  # as permission: anybody; as purpose: reads no personal data
SIGNED_IN = "signed_in"  # anybody with an account, whatever their roles
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Declaration:
    """What a route promises; the walk over all routes (tests) reads it from the view."""

    name: str
    permission: str
    purpose: str
    touches_person: bool


class WithActor(Protocol):
    """Whoever asks, by a request or by the clock: all that a question about figures takes."""

    actor: Actor


class ActingRequest(HttpRequest):
    """A request whose actor is known; what every governed view receives."""

    actor: Actor
    declaration: Declaration


def route(
    pattern: str, view: View, *, name: str, permission: str, purpose: str, touches_person: bool = False
) -> URLPattern:
    """A URL pattern that enforces its declaration.

    The purpose PUBLIC says that no personal data is read: any role granting the permission will do, whatever its
    purposes. The permissions PUBLIC and SIGNED_IN go with that purpose only.
    """
    if purpose != PUBLIC and permission in (PUBLIC, SIGNED_IN):
        raise ValueError(f"route {name}: open to everybody, yet with the purpose {purpose}")
    if purpose == PUBLIC and touches_person:
        raise ValueError(f"route {name}: touches a person without a purpose")
    declaration = Declaration(name, permission, purpose, touches_person)
    return path(pattern, govern(view, declaration), name=name)


def by_method(pattern: str, **governed: View) -> URLPattern:
    """One address with a view for each method (`GET=…, POST=…`), each governed by a declaration of its own. HEAD is GET.

    The name of the URL pattern is that of the first view. A method without a view is refused (HS5116).
    """

    @csrf_exempt  # a view that writes here takes no session, only a credential that no other site can send along
    def dispatch(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method not in governed:
            answer = error_pages.answer(request, HosoError("HS5116", method=method[:10]))
            answer["Allow"] = ", ".join(governed)
            return answer
        return governed[method](request, *args, **kwargs)

    declarations: dict[str, Declaration] = {method: view.declaration for method, view in governed.items()}  # type: ignore[attr-defined]
    dispatch.declarations = declarations  # type: ignore[attr-defined]
    return path(pattern, dispatch, name=next(iter(declarations.values())).name)


def govern(view: View, declaration: Declaration) -> View:
    """Wrap a view so that it runs only as declared."""

    @wraps(view)
    def governed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        began = time.perf_counter()
        events_of_request.set(0)
        request.declaration = declaration  # type: ignore[attr-defined]
        try:
            sent_away = None if declaration.permission == PUBLIC else _admit(request, declaration)
            if sent_away:
                return sent_away
            response = view(request, *args, **kwargs)
        except HosoError as error:
            if declaration.touches_person:
                hold_back(error, began)
            return error_pages.answer(request, error)
        if declaration.touches_person and response.status_code < 400 and not events_of_request.get():
            raise RuntimeError(f"route {declaration.name} touched a person and left no audit event")
        if declaration.permission != PUBLIC:
            response.headers.setdefault("Cache-Control", "no-store")  # a shared computer keeps no record behind "back"
        return response

    governed.declaration = declaration  # type: ignore[attr-defined]
    return governed


def _admit(request: HttpRequest, declaration: Declaration) -> HttpResponse | None:
    """Bind the actor to the request, or return the answer that sends the asker away."""
    actor = identify(request, declaration.name)
    if actor is None:
        return ask_to_sign_in(request)
    request.actor = actor  # type: ignore[attr-defined]
    if declaration.permission == SIGNED_IN:
        return None
    role = _role_for(actor, declaration)
    if role is None:
        record_refusal(actor, declaration.purpose, Asking(declaration.permission))
        raise HosoError("HS2001", permission=declaration.permission, purpose=declaration.purpose)
    if role.second_factor and lacks_second_factor(request):
        raise HosoError("HS2002")
    return None


def _role_for(actor: Actor, declaration: Declaration) -> Role | None:
    if declaration.purpose != PUBLIC:
        return actor.role_for(declaration.permission, declaration.purpose)
    return next((role for role in actor.roles if declaration.permission in role.permissions), None)
