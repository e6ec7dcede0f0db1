"""Taking members off leaves every other byte; what is left parses to the same without them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.engines.records.fhir.writing.members import without
from hoso.engines.records.reading import StoredResource

NAMES = frozenset({"id", "meta"})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(["id", "meta", "a", "b", "c", "d"]), VALUES, max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(OBJECTS, st.sampled_from([None, 1, 4]), st.sampled_from([(",", ":"), (" , ", " : ")]))
def test_what_is_left_is_the_same(content: dict[str, object], indent: int | None, how: tuple[str, str]) -> None:
    body = json.dumps(content, indent=indent, separators=how).encode()
    left, taken = without(body, NAMES)
    assert json.loads(left) == {name: value for name, value in content.items() if name not in NAMES}
    assert {name: json.loads(value) for name, value in taken.items()} == {
        name: value for name, value in content.items() if name in NAMES
    }


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{ "id" : "x" ,  "a" : 1.10 }', b'{  "a" : 1.10 }'),
        (b'{\n  "a": 1.10,\n  "meta": {"x": ","}\n}', b'{\n  "a": 1.10\n}'),
        (b'{"a":1,"id":"x","meta":{}}', b'{"a":1}'),
        (b'{\n  "id": "x",\n  "meta": {},\n  "a": 1\n}', b'{\n  "a": 1\n}'),
        (b'{\n  "a": 1,\n  "id": "x",\n  "meta": {},\n  "b": 1\n}', b'{\n  "a": 1,\n  "b": 1\n}'),
        (b'{"id":"x"}', b"{}"),
        (b'{"a":{"id":"inner"},"b":[{"meta":1}]}', b'{"a":{"id":"inner"},"b":[{"meta":1}]}'),
    ],
)
def test_white_space_and_digits_stay(body: bytes, left: bytes) -> None:
    assert without(body, NAMES)[0] == left


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(["a", "b", "resourceType"]), VALUES, max_size=3),
    st.sampled_from([None, 1, 4]),
    st.sampled_from([(",", ":"), (" , ", " : ")]),
)
def test_what_is_put_in_to_be_served_comes_off_again(
    content: dict[str, object], indent: int | None, how: tuple[str, str]
) -> None:
    if "resourceType" in content:
        content["resourceType"] = "Basic"
    body = json.dumps(content, indent=indent, separators=how).encode()
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    stored = StoredResource("Basic", "x", 3, moment, moment, None, 1, 0, 0, False, body, b'{"profile":["urn:x"]}')
    assert without(stored.served(), NAMES)[0] == body
