"""Putting a value in its place in a resource: `dosage.0.route`, a number for a place in a list."""

from typing import Any


def put(node: dict[str, Any], path: str, value: Any, many: bool = False) -> None:
    """Set what stands at the path, making what is missing on the way; with `many` add it to the list there."""
    *way, last = path.split(".")
    at: Any = node
    for number, name in enumerate(way):
        following = way[number + 1] if number + 1 < len(way) else last
        at = _step(at, name, [] if following.isdecimal() else {})
    if many:
        _step(at, last, []).append(value)
    elif last.isdecimal():
        at[int(last) :] = [value]
    else:
        at[last] = value


def has(node: Any, path: str) -> bool:
    """Whether something stands at the path."""
    for name in path.split("."):
        if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        elif isinstance(node, dict) and name in node:
            node = node[name]
        else:
            return False
    return True


def _step(at: Any, name: str, empty: Any) -> Any:
    if name.isdecimal():
        while len(at) <= int(name):
            at.append(type(empty)())
        return at[int(name)]
    return at.setdefault(name, empty)
