"""The walk over every route of the house: Django's patterns, and the operations of the API behind them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from hoso.web.routes import Declaration


@dataclass(frozen=True)
class Route:
    """An address with its declaration; None where nobody declared it."""

    address: str
    name: str
    declaration: Declaration | None
    pattern: URLPattern
    methods: tuple[str, ...] = ()  # of an API operation; empty where the view decides


def all_routes(patterns: Iterable[Any] | None = None, before: str = "/") -> Iterator[Route]:
    """Every route, with each operation of the API on its own."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_routes(entry.url_patterns, address)
        else:
            yield from _routes_of(entry, address)


def _routes_of(pattern: URLPattern, address: str) -> Iterator[Route]:
    name = pattern.name or address
    for method, declared in getattr(pattern.callback, "declarations", {}).items():
        yield Route(address, declared.name, declared, pattern, (method,))
    if hasattr(pattern.callback, "declarations"):
        return
    whole = getattr(pattern.callback, "declaration", None)
    operations = _operations(pattern.callback)
    if whole is not None or not operations:
        yield Route(address, name, whole, pattern)
        return
    for operation in operations:
        declared = getattr(operation.view_func, "declaration", None)
        yield Route(address, name, declared, pattern, tuple(operation.methods))


def _operations(view: Any) -> list[Any]:
    """Operations of a django-ninja path: its view is a closure over the PathView that holds them."""
    for cell in getattr(view, "__closure__", None) or ():
        operations = getattr(cell.cell_contents, "operations", None)
        if operations:
            return list(operations)
    return []
