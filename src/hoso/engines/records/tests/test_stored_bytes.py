"""Served are the stored bytes with only id and meta spliced in; ids are the same for the same visit."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.records.drafts import PATIENT_PLACEHOLDER, Draft, to_bytes, uuid8
from hoso.engines.records.reading import StoredResource
from hoso.engines.records.resource_types import NAMES, NUMBERS, name_of

WHEN = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def stored(body: bytes, sensitivity: int = 0) -> StoredResource:
    return StoredResource("Observation", "abc", 3, WHEN, WHEN, None, sensitivity, 4, 1, False, body)


@given(st.dictionaries(st.text(max_size=6).filter(lambda name: name not in ("id", "meta", "resourceType")), JSON))
def test_without_id_and_meta_the_served_bytes_are_the_stored_ones(content: dict[str, object]) -> None:
    body = to_bytes({"resourceType": "Observation", **content})
    served = stored(body).served()
    own = b',"id":"abc","meta":{"versionId":"3","lastUpdated":"2025-03-10T01:00:00+00:00"}'
    assert served.replace(own, b"", 1) == body
    assert json.loads(served)["meta"]["versionId"] == "3"


def test_digits_are_served_as_they_were_sent() -> None:
    body = to_bytes({"resourceType": "Observation", "valueQuantity": {"value": orjson.Fragment("10.000")}})
    assert b'"value":10.000}' in stored(body).served()


def test_labels_are_served_as_security_labels() -> None:
    served = json.loads(stored(to_bytes({"resourceType": "Observation"}), sensitivity=0b1000).served())
    assert [label["code"] for label in served["meta"]["security"]] == ["psychiatry"]
    assert "security" not in json.loads(stored(to_bytes({"resourceType": "Observation"})).served())["meta"]


@pytest.mark.parametrize(
    ("body", "served"),
    [
        (b' { "resourceType" : "Observation" , "a": 1.10}', b' { "resourceType" : "Observation",OWN , "a": 1.10}'),
        (b'{"a": 1.10,\n "resourceType":"Observation"}', b'{OWN,"a": 1.10,\n "resourceType":"Observation"}'),
        (b'{"resourceType":"Observation"}', b'{"resourceType":"Observation",OWN}'),
    ],
)
def test_white_space_and_order_of_the_sender_stay(body: bytes, served: bytes) -> None:
    own = b'"id":"abc","meta":{"versionId":"3","lastUpdated":"2025-03-10T01:00:00+00:00"}'
    assert stored(body).served() == served.replace(b"OWN", own)


def test_what_is_no_object_is_not_spliced() -> None:
    with pytest.raises(ValueError, match="JSON object"):
        stored(b"[]").served()


def test_the_senders_meta_is_served_with_version_and_labels() -> None:
    one = replace(
        stored(b'{"resourceType":"Observation"}', 0b1000), meta=b'{"profile":["p"],"security":[{"code":"R"}]}'
    )
    meta = json.loads(one.served())["meta"]
    assert (meta["versionId"], meta["profile"]) == ("3", ["p"])
    assert [label["code"] for label in meta["security"]] == ["R", "psychiatry"]


@given(MOMENTS, st.lists(st.text(max_size=20), max_size=5))
def test_an_id_is_a_version_8_uuid_that_carries_its_time(when: datetime, parts: list[str]) -> None:
    value = UUID(uuid8(when, *parts))
    assert (value.version, value.variant) == (8, "specified in RFC 4122")
    assert value.int >> 80 == int(when.timestamp() * 1000)
    assert uuid8(when, *parts) == str(value)


@given(MOMENTS, st.integers(1, 10**9), st.text(max_size=5), st.text(max_size=5))
def test_later_ids_sort_behind_earlier_ones(when: datetime, later: int, one: str, other: str) -> None:
    assert uuid8(when, one) < uuid8(when + timedelta(milliseconds=later + 1), other)


@given(st.lists(st.text(max_size=6), min_size=1, max_size=4, unique=True))
def test_other_parts_give_other_ids(parts: list[str]) -> None:
    assert len({uuid8(WHEN, part) for part in parts}) == len(parts)


def test_parts_do_not_run_into_each_other() -> None:
    assert len({uuid8(WHEN, "ab", "c"), uuid8(WHEN, "a", "bc"), uuid8(WHEN, "abc")}) == 3


@given(st.text(max_size=30))
def test_the_patient_is_put_in_its_place_and_nowhere_else(text: str) -> None:
    odd = text + PATIENT_PLACEHOLDER + f':"Patient/{PATIENT_PLACEHOLDER}"'
    body = to_bytes(
        {"resourceType": "Observation", "subject": {"reference": f"Patient/{PATIENT_PLACEHOLDER}"}, "valueString": odd}
    )
    made = json.loads(Draft("Observation", "x", 4, 1, WHEN, 0, body, ()).for_patient("p-1"))
    assert (made["subject"]["reference"], made["valueString"]) == ("Patient/p-1", odd)


def test_the_numbers_of_types_are_for_ever() -> None:
    """Stored in every row: a change here would turn every record into another type."""
    known = {"Patient": 103, "Encounter": 44, "Observation": 96, "Condition": 28, "Claim": 19, "Composition": 26}
    assert {name: NUMBERS[name] for name in known} == known
    assert [name_of(number) for number in NUMBERS.values()] == list(NAMES)
    assert len(NAMES) == 146
