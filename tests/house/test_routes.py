"""Every route declares a permission and a purpose that exist; one that does not breaks the build."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from hoso.core.access.purposes import purposes
from hoso.core.definitions import definitions_folder, read_definition
from hoso.web.routes import PUBLIC, SIGNED_IN, route
from tests.house.routes import Route, all_routes

# Public and without a declaration: they read nothing but the programme itself.
OPEN_BY_NATURE = {"/api/v1/openapi.json", "/api/v1/docs"}


def _granted() -> set[str]:
    roles = read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]
    return {permission for role in roles for permission in role["permissions"]}


def _complaint(found: Route) -> str:
    """What is wrong with the route's declaration; empty where nothing is."""
    declared = found.declaration
    if declared is None:
        return "declares nothing: use hoso.web.routes.route"
    if declared.purpose not in purposes():
        return f"has a purpose that is not in the register: {declared.purpose}"
    if declared.permission not in _granted() | {PUBLIC, SIGNED_IN}:
        return f"needs a permission that no role holds: {declared.permission}"
    if _names_a_person(found) and not declared.touches_person:
        return "takes a person's id and does not say that it touches a person"
    return ""


def _names_a_person(found: Route) -> bool:
    return any(word in found.address for word in ("person_id", "patient_id", "<int:person", "<str:person"))


def test_every_route_is_declared() -> None:
    routes = [found for found in all_routes() if found.address not in OPEN_BY_NATURE]
    complaints = {f"{found.methods or 'ANY'} {found.address}": _complaint(found) for found in routes}
    assert {address: complaint for address, complaint in complaints.items() if complaint} == {}
    assert len(routes) > 10


def _view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _declared(permission: str, purpose: str) -> Callable[[], URLPattern]:
    return lambda: route("new/", _view, name="new", permission=permission, purpose=purpose)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: path("new/", _view), "declares nothing"),
        (_declared("record.read", "curiosity"), "not in the register"),
        (_declared("record.devour", "treatment"), "no role holds"),
        (
            lambda: route("p/<int:person_id>/", _view, name="new", permission="record.read", purpose="treatment"),
            "touches a person",
        ),
    ],
)
def test_the_walk_sees_a_bad_route(make: Callable[[], URLPattern], complaint: str) -> None:
    (found,) = all_routes([make()])
    assert complaint in _complaint(found)


def test_a_purpose_struck_from_the_register_fails_every_route_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register of processing is what counts: CO5 of the security checklist."""
    copytree(definitions_folder(), tmp_path / "definitions")
    register = tmp_path / "definitions" / "access" / "purposes.yaml"
    register.write_text(register.read_text().replace("key: treatment", "key: something_else"))
    monkeypatch.setenv("HOSO_DEFINITIONS", str(tmp_path / "definitions"))
    purposes.cache_clear()
    try:
        named = [found for found in all_routes() if found.declaration and found.declaration.purpose == "treatment"]
        assert len(named) > 3
        assert {_complaint(found) for found in named} == {"has a purpose that is not in the register: treatment"}
    finally:
        purposes.cache_clear()


def test_the_walk_sees_operations_of_the_api() -> None:
    from ninja import NinjaAPI

    api = NinjaAPI(urls_namespace="walk-test", docs_url=None, openapi_url=None)
    api.get("/undeclared")(lambda request: None)
    patterns = cast(list[URLPattern], api.urls[0])
    found = [one for one in all_routes(patterns) if "undeclared" in one.address]
    assert [one.methods for one in found] == [("GET",)]
    assert _complaint(found[0]).startswith("declares nothing")
