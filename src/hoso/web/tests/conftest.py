"""Pages rendered without a database: a made-up actor asks, sample queries answer."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from hoso.core.access import reading
from hoso.core.access.actor import Actor
from hoso.core.access.roles import Role
from hoso.core.audit.events import events_of_request
from hoso.core.definitions import definitions_folder, read_definition
from hoso.web import routes
from hoso.web.tests import sample

Get = Callable[..., HttpResponse]


@dataclass(frozen=True)
class RoleActor(Actor):
    """An actor whose roles are given, not looked up."""

    given: tuple[Role, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        return self.given


def shipped_role(key: str) -> Role:
    entries = read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]
    entry = next(entry for entry in entries if entry["key"] == key)
    return Role(
        key, entry["title_vi"], entry["title_en"], frozenset(entry["permissions"]), frozenset(entry["purposes"]), False
    )


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[reading.Asking]:
    """What was asked; the sample answers in place of the engines."""
    asked: list[reading.Asking] = []

    def read(_actor: Actor, _purpose: str, asking: reading.Asking, query: Callable[[Any], Any]) -> Any:
        asked.append(asking)
        events_of_request.set(events_of_request.get() + 1)
        return query(None)

    monkeypatch.setattr(reading, "read", read)
    for name, answer in sample.answers().items():
        monkeypatch.setattr(name, answer)
    return asked


@pytest.fixture
def get(monkeypatch: pytest.MonkeyPatch, questions: list[reading.Asking]) -> Get:
    """Ask for a page as somebody with a shipped role."""

    def ask(address: str, role: str = "doctor", language: str = "vi", **headers: str) -> HttpResponse:
        actor = RoleActor(1, role, "test", given=(shipped_role(role),))
        monkeypatch.setattr(routes, "identify", lambda request, name: actor)
        monkeypatch.setattr(routes, "record_refusal", lambda *_: None)
        request = RequestFactory().get(address, headers=headers)
        request.user = SimpleNamespace(is_authenticated=True, full_name="Lê Thu Hà", username=role)  # type: ignore[assignment]
        match = resolve(request.path)
        with translation.override(language):
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    return ask
