"""The `filter`, `order`, `query` and paging parameters of a list."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.core.vietnamese.folding import fold

Thing = dict[str, Any]
Row = TypeVar("Row")
Test = Callable[[Any, str], bool]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(value: Any, given: str) -> bool:
    return all(word in fold(_text(value)) for word in fold(given).split())


# What is asked of a value that is there; a missing one passes `null`, `ne` and the negations only.
TESTS: dict[str, Test] = {
    "eq": lambda value, given: _text(value) == given,
    "ieq": lambda value, given: _text(value).lower() == given.lower(),
    "like": lambda value, given: given in _text(value),
    "ilike": lambda value, given: given.lower() in _text(value).lower(),
    "$like": lambda value, given: _text(value).startswith(given),
    "like$": lambda value, given: _text(value).endswith(given),
    "$ilike": lambda value, given: _text(value).lower().startswith(given.lower()),
    "ilike$": lambda value, given: _text(value).lower().endswith(given.lower()),
    "token": _words,
    "in": lambda value, given: _text(value) in given.strip("[]").split(","),
    "gt": lambda value, given: _compared(value, given) > 0,
    "ge": lambda value, given: _compared(value, given) >= 0,
    "lt": lambda value, given: _compared(value, given) < 0,
    "le": lambda value, given: _compared(value, given) <= 0,
}
NEGATED = {"!eq": "eq", "ne": "eq", "!in": "in"} | {
    f"!{name}": name for name in ("like", "ilike", "$like", "like$", "$ilike", "ilike$", "token")
}


def _compared(value: Any, given: str) -> int:
    one, other = (float(value), float(given)) if isinstance(value, int | float) else (_text(value), given)
    return (one > other) - (one < other)  # type: ignore[operator]


def filtered(things: Iterable[Thing], query: QueryDict) -> list[Thing]:
    """The things that pass, in order. Raises HosoError HS7001 for a filter that is none."""
    tests = [_test(text) for text in query.getlist("filter")]
    if words := query.get("query", ""):
        tests.append(_test(f"identifiable:token:{words}"))
    whether = any if query.get("rootJunction", "AND").upper() == "OR" and tests else all
    found = [thing for thing in things if whether(test(thing) for test in tests)]
    for order in reversed([one for text in query.getlist("order") for one in text.split(",")]):
        name, _, direction = order.partition(":")
        found.sort(key=lambda thing: _text(thing.get(name, "")).lower(), reverse=direction.lower() in ("desc", "idesc"))
    return found


def _test(text: str) -> Callable[[Thing], bool]:
    name, _, rest = text.partition(":")
    operator, _, given = rest.partition(":")
    path = name.split(".")
    if operator in ("null", "!null"):
        return lambda thing: (not any(True for _ in _values(thing, path))) == (operator == "null")
    if operator in ("empty", "!empty"):
        return lambda thing: (not thing.get(name)) == (operator == "empty")
    test = TESTS.get(NEGATED.get(operator, operator))
    if test is None or not name:
        raise HosoError("HS7001", name="filter", value=text[:100])
    if name == "identifiable":
        return lambda thing: any(
            test(thing[key], given) for key in ("id", "code", "name", "shortName") if thing.get(key)
        )
    negated = operator in NEGATED
    try:
        return lambda thing: any(test(value, given) for value in _values(thing, path)) != negated
    except ValueError as error:
        raise HosoError("HS7001", name="filter", value=text[:100]) from error


def _values(thing: Any, path: list[str]) -> Iterable[Any]:
    """The values at the end of a path, through lists."""
    if isinstance(thing, list | tuple):
        for one in thing:
            yield from _values(one, path)
    elif not path:
        if thing is not None:
            yield thing.get("id") if isinstance(thing, dict) else thing
    elif isinstance(thing, dict) and path[0] in thing:
        yield from _values(thing[path[0]], path[1:])


def paged(things: list[Thing], query: QueryDict, address: str) -> tuple[list[Thing], dict[str, Any] | None]:
    """One page and its pager; with `paging=false` all and none. Raises HosoError HS7001."""
    if query.get("paging", "true").lower() == "false" or query.get("skipPaging", "").lower() == "true":
        return things, None
    page, size = _number(query, "page", 1), _number(query, "pageSize", 50)
    pages = max(1, -(-len(things) // size))
    pager: dict[str, Any] = {"page": page, "total": len(things), "pageSize": size, "pageCount": pages}
    for name, number in (("nextPage", page + 1), ("prevPage", page - 1)):
        if 0 < number <= pages and number != page:
            other = query.copy()
            other["page"] = str(number)
            pager[name] = f"{address}?{other.urlencode()}"
    return things[(page - 1) * size : page * size], pager


def pages_of(found: Sequence[Row], query: QueryDict) -> tuple[Sequence[Row], dict[str, int] | None]:
    """A page where one is asked for by its size; otherwise everything and no pager. Raises HosoError HS7001."""
    if query.get("paging", "true").lower() == "false" or "pageSize" not in query:
        return found, None
    page, size = _number(query, "page", 1), _number(query, "pageSize", 50)
    pager = {"page": page, "total": len(found), "pageSize": size, "pageCount": max(1, -(-len(found) // size))}
    return found[(page - 1) * size : page * size], pager


def _number(query: QueryDict, name: str, otherwise: int) -> int:
    text = query.get(name, str(otherwise))
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]):
        raise HosoError("HS7001", name=name, value=text[:20])
    return min(int(text[:9]), 100_000)
