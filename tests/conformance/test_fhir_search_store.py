"""Search over the store agrees with a slow second search over all JSON that the asker may see, page by page.

`make prove-fhir-search` asks 3,000 random questions; the test a part of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from hoso.engines.intake.jobs import intake_service
from hoso.engines.records.fhir import interactions
from hoso.engines.records.fhir.definitions import SearchParameter, search_parameters
from hoso.engines.records.fhir.search.across import Cursor, Page
from hoso.engines.records.fhir.search.query import Query, parse_query, targets_of
from tests.conformance import fhir_world
from tests.conformance.fhir_slow_store import Key, SlowStore
from tests.conformance.test_fhir_search_oracle import MODIFIERS, PREFIXES, _escaped, _text
from tests.intaking import Asker, Intake, asker

Pairs = list[tuple[str, str]]


@dataclass
class Eyes:
    """Somebody, and all that reads by id show them."""

    asker: Asker
    store: SlowStore


@pytest.fixture(scope="module")
def eyes(filled: Callable[[], Intake]) -> Iterator[list[Eyes]]:
    filled()
    fhir_world.file_world()
    values: dict[tuple[Key, str], list[Any]] = {}
    everybody = [Asker(intake_service("test"), "record_keeping")] + [
        asker("doctor", one) for one in fhir_world.FACILITIES
    ]
    yield [Eyes(one, SlowStore(_seen(one), values)) for one in everybody]


def _seen(one: Asker) -> list[dict[str, Any]]:
    def look(scope: Any) -> list[dict[str, Any]]:
        found = []
        for _, resource in fhir_world.resources():
            now = interactions.current(scope, resource["resourceType"], resource["id"])
            if now is not None:
                found.append({key: value for key, value in resource.items() if key != "meta"})
        return found

    return one.ask("record.read", look)


def ask(one: Eyes, type_name: str, pairs: Pairs) -> tuple[list[Key], set[Key], int]:
    """What a search finds over all its pages, what it brings along, and how many pages."""
    found: list[Key] = []
    included: set[Key] = set()
    query, cursor, pages = parse_query(type_name, pairs), None, 0
    while True:
        page = _page(one, query, cursor)
        found += [(each.type, each.id) for each in page.resources]
        included |= {(each.type, each.id) for each in page.included}
        cursor, pages = page.next, pages + 1
        assert not page.warnings
        if cursor is None:
            return found, included - set(found), pages


def _page(one: Eyes, query: Query, cursor: Cursor | None) -> Page:
    return one.asker.ask(
        "record.read", lambda scope: interactions.search(scope, lambda _: lambda _: True, query, (), cursor)
    )


def test_random_questions(eyes: list[Eyes], pytestconfig: pytest.Config) -> None:
    rng = Random(5)
    asked: Counter[str] = Counter()
    hits = pages = 0
    for _ in range(int(pytestconfig.getoption("--questions"))):
        one = rng.choice(eyes)
        kind, type_name, conditions, controls = question(rng, one.store)
        found, included, count = ask(one, type_name, conditions + controls)
        expected = one.store.search(type_name, conditions)
        told = (one.asker.actor.name, type_name, conditions, controls)
        assert len(set(found)) == len(found), told
        assert set(found) == expected, (told, set(found) ^ expected)
        includes = [pair for pair in controls if "include" in pair[0]]
        assert included == one.store.included(expected, includes), told
        _in_order(one.store, found, dict(controls).get("_sort"), told)
        asked[kind] += 1
        hits, pages = hits + len(found), pages + count
    assert len(asked) == 5 and hits > 3 * asked.total() and pages > 1.2 * asked.total(), (asked, hits, pages)


def _in_order(store: SlowStore, found: list[Key], sort: str | None, told: Any) -> None:
    if sort is None:
        return
    descending, code = sort.startswith("-"), sort.lstrip("-")
    values = [store.order_of(key, code, descending) for key in found]
    given = [value for value in values if value is not None]
    assert values[: len(given)] == sorted(given, reverse=descending), told


def question(rng: Random, store: SlowStore) -> tuple[str, str, Pairs, Pairs]:
    """(kind, type, conditions, controls) of a question made of values that occur."""
    types = sorted({key[0] for key in store.all})
    while True:
        type_name = rng.choice(types)
        kind = rng.choice(("simple", "two", "chain", "has", "include"))
        conditions = _conditions(rng, store, type_name, kind)
        if conditions:
            return kind, type_name, conditions, _controls(rng, type_name, kind)


def _conditions(rng: Random, store: SlowStore, type_name: str, kind: str) -> Pairs:
    if kind == "chain":
        return _chain(rng, store, type_name)
    if kind == "has":
        return _has(rng, store, type_name)
    count = 2 if kind == "two" else 1
    made = [pair for _ in range(count) if (pair := _simple(rng, store, type_name))]
    return made if len(made) == count else []


def _simple(rng: Random, store: SlowStore, type_name: str) -> tuple[str, str] | None:
    """A parameter with one value or two that occur somewhere."""
    resources = [one for key, one in store.all.items() if key[0] == type_name]
    parameter = rng.choice(sorted(search_parameters(type_name).values(), key=lambda one: one.code))
    if parameter.kind in ("composite", "special") or parameter.code in ("deceased", "_lastUpdated", "_security"):
        return None
    if rng.random() < 0.04:
        return f"{parameter.code}:missing", rng.choice(("true", "false"))
    texts = [
        text for _ in range(rng.choice((1, 1, 2))) if (text := _value(rng, store, rng.choice(resources), parameter))
    ]
    if not texts:
        return None
    modifier = rng.choice(MODIFIERS.get(parameter.kind, ("",)))
    return f"{parameter.code}:{modifier}" if modifier else parameter.code, ",".join(texts)


def _value(rng: Random, store: SlowStore, one: dict[str, Any], parameter: SearchParameter) -> str:
    given = store._values(one, parameter)
    text = _text(rng, parameter.kind, rng.choice(given)) if given else ""
    if not text:
        return ""
    prefix = rng.choice(PREFIXES) if parameter.kind in ("date", "number", "quantity") else ""
    return prefix + _escaped(text, parameter.kind)


def _references(rng: Random, store: SlowStore, type_name: str) -> list[tuple[SearchParameter, str]]:
    """Reference parameters of a type with the types they lead to in the store."""
    there = {key[0] for key in store.all}
    return [
        (parameter, target)
        for code, parameter in sorted(search_parameters(type_name).items())
        if parameter.kind == "reference" and not code.startswith("_")
        for target in targets_of(parameter)
        if target in there
    ]


def _chain(rng: Random, store: SlowStore, type_name: str, steps: int = 0) -> Pairs:
    choices = _references(rng, store, type_name)
    if not choices:
        return []
    parameter, target = rng.choice(choices)
    inner = (
        _chain(rng, store, target, steps + 1)
        if steps < 2 and rng.random() < 0.25
        else [pair for pair in [_simple(rng, store, target)] if pair]
    )
    if not inner:
        return []
    typed = len(targets_of(parameter)) > 1 or rng.random() < 0.3
    return [(f"{parameter.code}{':' + target if typed else ''}.{inner[0][0]}", inner[0][1])]


def _has(rng: Random, store: SlowStore, type_name: str) -> Pairs:
    there = sorted({key[0] for key in store.all})
    choices = [
        (other, parameter)
        for other in there
        for parameter, target in _references(rng, store, other)
        if target == type_name
    ]
    if not choices:
        return []
    other, parameter = rng.choice(choices)
    inner = _simple(rng, store, other)
    return [(f"_has:{other}:{parameter.code}:{inner[0]}", inner[1])] if inner else []


def _controls(rng: Random, type_name: str, kind: str) -> Pairs:
    controls = [("_count", rng.choice(("3", "20", "200", "1000")))]
    dates = sorted(code for code, one in search_parameters(type_name).items() if one.kind == "date" and code[0] != "_")
    if dates and rng.random() < 0.3:
        controls.append(("_sort", rng.choice(("", "-")) + rng.choice(dates)))
    if kind == "include":
        controls = [("_count", rng.choice(("20", "200")))] + controls[1:] + _includes(rng, type_name)
    return controls


def _includes(rng: Random, type_name: str) -> Pairs:
    own = [
        code for code, one in sorted(search_parameters(type_name).items()) if one.kind == "reference" and code[0] != "_"
    ]
    found = [("_include", f"{type_name}:{rng.choice(own)}")] if own else []
    back = {
        "Patient": ["Immunization:patient", "CareTeam:subject"], "Encounter": ["Condition:encounter", "Procedure:encounter"],
        "Organization": ["Encounter:service-provider"], "Practitioner": ["PractitionerRole:practitioner"],
    }.get(type_name)  # fmt: skip
    if back and rng.random() < 0.7:
        found.append(("_revinclude", rng.choice(back)))
    if rng.random() < 0.3:
        found.append(("_include:iterate", rng.choice(("Encounter:service-provider", "Condition:encounter"))))
    return found


def test_nobody_sees_everything_and_everybody_something(eyes: list[Eyes]) -> None:
    everything = set(eyes[0].store.all)
    assert len(everything) == len(fhir_world.resources())
    for one in eyes[1:]:
        assert set(one.store.all) < everything and len(one.store.all) > 300
