"""FHIRPath Patch (FHIR R4 section 3.1.0.9.2): add, insert, delete, replace and move at places named by paths.

The paths are those that name one place: element names, indexes, `first()`, `last()`, and `where(element = 'value')`.
"""

import re
from typing import Any

from hoso.engines.records.fhir.paths import NotCompiled
from hoso.engines.records.fhir.paths import Place as Definition

_STEP = re.compile(
    r"\.?(?:(?P<where>where\(\s*(?P<key>\w+)\s*=\s*'(?P<value>[^']*)'\s*\))|(?P<end>first|last)\(\)"
    r"|(?P<name>[A-Za-z]\w*)|\[(?P<index>\d+)\])"
)
Place = tuple[Any, Any]  # container, key or index


def apply_fhirpath_patch(resource: dict[str, Any], parameters: Any) -> dict[str, Any]:
    """Raises ValueError for what is no patch or does not fit."""
    if not isinstance(parameters, dict) or parameters.get("resourceType") != "Parameters":
        raise ValueError("a FHIRPath Patch is a Parameters resource")
    for operation in parameters.get("parameter", []):
        if operation.get("name") != "operation":
            raise ValueError("each parameter of a FHIRPath Patch is named operation")
        _apply(resource, {part["name"]: part for part in operation.get("part", [])})
    return {name: value for name, value in _pruned(resource).items()}


def _pruned(node: Any) -> Any:
    """Without the lists and elements that a deletion left empty: FHIR's JSON has none."""
    if isinstance(node, dict):
        kept = {name: _pruned(value) for name, value in node.items()}
        return {name: value for name, value in kept.items() if value not in ({}, [])}
    if isinstance(node, list):
        return [one for one in map(_pruned, node) if one not in ({}, [])]
    return node


def _apply(resource: dict[str, Any], parts: dict[str, Any]) -> None:
    kind, path = _text(parts, "type"), _text(parts, "path")
    if kind == "add":
        _add(resource, path, _text(parts, "name"), _value(parts))
    elif kind == "insert":
        values = _array(resource, path)
        values.insert(_index(parts, "index", len(values)), _value(parts))
    elif kind == "delete":
        found = _places(resource, path)
        if len(found) > 1:
            raise ValueError(f"{path} names several places")
        for container, key in found:
            del container[key]
    elif kind == "replace":
        (container, key) = _place(resource, path)
        container[key] = _value(parts)
    elif kind == "move":
        values = _array(resource, path)
        moved = values.pop(_index(parts, "source", len(values) - 1))
        values.insert(_index(parts, "destination", len(values)), moved)
    else:
        raise ValueError(f"no operation {kind}")


def _add(resource: dict[str, Any], path: str, name: str, value: Any) -> None:
    """Adding to an element that repeats puts the value behind those there."""
    container, key = _place(resource, path)
    target = container[key]
    if name in target and not isinstance(target[name], list):
        raise ValueError(f"{name} is there already")
    if name in target:
        target[name].append(value)
    else:
        target[name] = [value] if _repeats(resource["resourceType"], path, name) else value


def _repeats(type_name: str, path: str, name: str) -> bool:
    """Whether the element of this name below the path is an array in JSON."""
    place = Definition(type_name)
    try:
        for step in _steps(path)[1:]:
            if step["name"]:
                element = place.child(step["name"])
                place = place.after(element, element.types[0] if element.types else "")
        return place.child(name).repeats
    except (NotCompiled, KeyError) as error:
        raise ValueError(f"{path} has no element {name}") from error


def _text(parts: dict[str, Any], name: str) -> str:
    given = parts.get(name, {})
    found = next((given[key] for key in ("valueCode", "valueString") if key in given), None)
    if isinstance(found, str):
        return found
    raise ValueError(f"the part {name} is missing")


def _index(parts: dict[str, Any], name: str, most: int) -> int:
    found = parts.get(name, {}).get("valueInteger")
    if not isinstance(found, int) or not 0 <= found <= most:
        raise ValueError(f"the part {name} is no index of the list")
    return found


def _value(parts: dict[str, Any]) -> Any:
    """A primitive or datatype as `value[x]`, or an element with children given as parts."""
    part = parts.get("value")
    if part is None:
        raise ValueError("the part value is missing")
    for key, value in part.items():
        if key.startswith("value"):
            return value
    return {one["name"]: _value({"value": one}) for one in part.get("part", [])}


def _array(resource: dict[str, Any], path: str) -> list[Any]:
    container, key = _place(resource, path, whole=True)
    values = container[key]
    if isinstance(values, list):
        return values
    raise ValueError(f"{path} is no list")


def _place(resource: dict[str, Any], path: str, *, whole: bool = False) -> Place:
    found = _places(resource, path, whole=whole)
    if len(found) != 1:
        raise ValueError(f"{path} names {len(found)} places")
    return found[0]


def _places(resource: dict[str, Any], path: str, *, whole: bool = False) -> list[Place]:
    """Every place a path names; with `whole` a list is one place."""
    steps = _steps(path)
    if not steps or steps[0].get("name") != resource["resourceType"]:
        raise ValueError(f"{path} does not begin with {resource['resourceType']}")
    places: list[Place] = [([resource], 0)]
    for number, step in enumerate(steps[1:], 1):
        last = number == len(steps) - 1
        places = _follow(places, step, spread=not (whole and last))
    return places


def _steps(path: str) -> list[dict[str, str | None]]:
    found, at = [], 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise ValueError(f"the path {path} is not read from {path[at:]}")
        found.append(match.groupdict())
        at = match.end()
    return found


def _follow(places: list[Place], step: dict[str, str | None], *, spread: bool) -> list[Place]:
    if name := step["name"]:
        return [one for container, key in places for one in _children(container[key], name, spread=spread)]
    if step["index"] is not None:
        return places[int(step["index"]) : int(step["index"]) + 1]
    if step["end"]:
        return places[:1] if step["end"] == "first" else places[-1:]
    return [
        (container, key) for container, key in places
        if isinstance(container[key], dict) and str(container[key].get(step["key"])) == step["value"]
    ]  # fmt: skip


def _children(node: Any, name: str, *, spread: bool) -> list[Place]:
    if not isinstance(node, dict) or name not in node:
        return []
    if spread and isinstance(node[name], list):
        return [(node[name], number) for number in range(len(node[name]))]
    return [(node, name)]
