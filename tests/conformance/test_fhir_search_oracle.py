"""Search within records agrees with a slow second implementation on thousands of random questions about Synthea's people."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from hoso.engines.records.fhir.definitions import SearchParameter, search_parameters
from hoso.engines.records.fhir.search.matching import matcher
from hoso.engines.records.fhir.search.query import parse_query
from hoso.engines.records.fhir.tests.test_paths import synthea
from tests.conformance import fhir_slow_search as slow

QUESTIONS = 3000
LOOKED_AT = 25  # resources each question is asked of
PREFIXES = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
MODIFIERS = {"token": ("", "", "not", "text"), "string": ("", "exact", "contains"), "uri": ("", "below", "above")}
Question = tuple[SearchParameter, str, str, str]


def by_type() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for resource in synthea():
        found.setdefault(resource["resourceType"], []).append(resource)
    return found


def questions(rng: Random, resources: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, Question]]:
    """Questions made of values that occur, some of them changed a little."""
    made = 0
    while made < QUESTIONS:
        type_name = rng.choice(sorted(resources))
        parameter = rng.choice(sorted(search_parameters(type_name).values(), key=lambda one: one.code))
        if parameter.kind in ("composite", "special") or parameter.code in ("deceased", "_lastUpdated"):
            continue
        given = slow.values(rng.choice(resources[type_name]), parameter)
        if rng.random() < 0.05:
            yield type_name, (parameter, "missing", "", rng.choice(("true", "false")))
        elif given and (text := _text(rng, parameter.kind, rng.choice(given))):
            prefix = rng.choice(PREFIXES) if parameter.kind in ("date", "number", "quantity") else ""
            yield type_name, (parameter, rng.choice(MODIFIERS.get(parameter.kind, ("",))), prefix, text)
        else:
            continue
        made += 1


def _text(rng: Random, kind: str, value: Any) -> str:
    if kind == "token":
        return _token(rng, value)
    if kind == "string":
        texts = [value] if isinstance(value, str) else [one for one in _flat(value) if one]
        return "" if not texts else _cut(rng, rng.choice(texts))
    if kind == "reference":
        reference = value if isinstance(value, str) else value.get("reference", "")
        return reference if rng.random() < 0.5 or "?" in reference else reference.rpartition("/")[2]
    if kind == "date":
        text = value if isinstance(value, str) else value.get("start") or value.get("end") or ""
        return text[: rng.choice((4, 7, 10, len(text)))]
    if kind in ("number", "quantity"):
        number = value.get("value") if isinstance(value, dict) else value
        if number is None or rng.random() < 0.4:
            return "" if number is None else str(number)
        return f"{number + rng.choice((0, 0, 1, -0.5)):.{rng.choice((0, 1, 2))}f}"
    return _cut(rng, str(value))


def _token(rng: Random, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    coding = rng.choice(value["coding"]) if value.get("coding") else value
    code = coding.get("code") or coding.get("value") or ""
    return (
        rng.choice((code, f"{coding.get('system', '')}|{code}", f"{coding.get('system', '')}|", f"|{code}"))
        if code
        else ""
    )


def _flat(value: dict[str, Any]) -> Iterator[str]:
    for one in value.values():
        yield from (
            [one]
            if isinstance(one, str)
            else [text for text in one if isinstance(text, str)]
            if isinstance(one, list)
            else []
        )


def _cut(rng: Random, text: str) -> str:
    return text[: rng.randint(1, len(text))] if rng.random() < 0.5 else text


def _escaped(text: str, kind: str) -> str:
    for sign in ("\\", ",", "$", *(() if kind in ("token", "quantity") else ("|",))):
        text = text.replace(sign, f"\\{sign}")
    return text


def test_thousands_of_random_questions() -> None:
    rng, resources = Random(2026), by_type()
    outcomes: Counter[bool] = Counter()
    asked: Counter[str] = Counter()
    for type_name, (parameter, modifier, prefix, text) in questions(rng, resources):
        name = f"{parameter.code}:{modifier}" if modifier else parameter.code
        test = matcher(parse_query(type_name, [(name, prefix + _escaped(text, parameter.kind))]))
        for resource in rng.sample(resources[type_name], min(LOOKED_AT, len(resources[type_name]))):
            expected = slow.fits(resource, parameter, modifier, prefix, text)
            assert test(resource) == expected, (type_name, name, prefix, text, resource["id"])
            outcomes[expected] += 1
        asked[f"{parameter.kind}:{modifier or prefix}"] += 1
    assert asked.total() == QUESTIONS and len(asked) > 25
    assert outcomes[True] > 5000 and outcomes[False] > 5000
