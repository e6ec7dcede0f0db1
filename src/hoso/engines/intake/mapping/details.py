"""From XML1 to what a visit says of a person beside their identity, as definitions/people/details.yaml reads it."""

from typing import Any

from hoso.engines.intake.mapping.elements import first
from hoso.engines.intake.sent import Values
from hoso.engines.people.details import DetailKind, detail_kinds, detail_sources


def source_of(values: Values) -> str:
    """The key of the most believed source whose mark the visit bears; empty where it bears none."""
    for source in detail_sources().values():
        if not source.of_visits:
            continue
        if not source.field or values.get(source.field, "") in source.codes:
            return source.key
    return ""


def stated_details(values: Values) -> dict[str, Any]:
    """Key of a detail -> what the visit says of it: a text, a mapping of parts, or a list of those."""
    said = {}
    for kind in detail_kinds().values():
        if kind.parts and (value := _value(kind, values)):
            said[kind.key] = value
    return said


def _value(kind: DetailKind, values: Values) -> Any:
    parts = {part: first(values, *fields).strip() for part, fields in kind.parts.items()}
    if kind.lists:
        return _lists(parts)
    if len(parts) > 1:
        return {part: text for part, text in parts.items() if text}
    (text,) = parts.values()
    return "" if text in kind.nothing else text


def _lists(parts: dict[str, str]) -> list[dict[str, str]]:
    """The n-th of each part together; the first part is the one that counts them."""
    columns = {part: [one.strip() for one in text.split(";")] for part, text in parts.items()}
    counted = next(iter(columns.values()))
    rows = [
        {part: column[place] for part, column in columns.items() if place < len(column) and column[place]}
        for place in range(len(counted))
    ]
    return [row for row, number in zip(rows, counted, strict=True) if number]
