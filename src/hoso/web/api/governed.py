"""The API's operations under the same declarations as the pages: permission, purpose, audit; unknown words refused."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI

from hoso.core.errors import HosoError
from hoso.web.routes import Declaration, View, govern
from hoso.web.sign_in import bears_token

Function = TypeVar("Function", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Operation:
    declaration: Declaration
    parameters: frozenset[str]  # of the query


_operations: dict[str, Operation] = {}


def declare(
    name: str, *, permission: str, purpose: str, touches_person: bool = False, parameters: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """What an operation promises; `name` is also its `url_name`, by which its address is governed."""
    operation = Operation(Declaration(name, permission, purpose, touches_person), frozenset(parameters))
    _operations[name] = operation

    def mark(function: Function) -> Function:
        function.declaration = operation.declaration  # type: ignore[attr-defined]
        return function

    return mark


def governed_patterns(api: NinjaAPI) -> list[URLPattern]:
    """The addresses of an API, each enforcing its declaration. Raises LookupError where one declares nothing."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in patterns:
        operation = _operations.get(pattern.name or "")
        if operation is None:
            raise LookupError(f"the API operation {pattern.pattern} declares nothing")
        pattern.callback = govern(_strict(pattern.callback, operation), operation.declaration)
    return patterns


def _strict(view: View, operation: Operation) -> View:
    """Refuse what a browser could be tricked into, and query words nobody knows."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in SAFE and not bears_token(request):
            raise HosoError("HS2003")  # a session cookie alone writes nothing here: no CSRF token is asked for
        for name in request.GET.keys() - operation.parameters:
            raise HosoError("HS9004", name=name[:40], value=request.GET[name][:40])
        return view(request, *args, **kwargs)

    return checked
