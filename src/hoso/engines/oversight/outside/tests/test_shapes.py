"""What other systems write is read: our own exports back again, a BALP example by hand, and nothing that is not an event."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.audit.formats import cef, fhir, ocsf
from hoso.core.audit.queries import EventRow
from hoso.engines.oversight.outside.event import NotUnderstood
from hoso.engines.oversight.outside.frames import BrokenFrame, Frames, said
from hoso.engines.oversight.outside.shapes import fhir_events, read_event

AT = datetime(2026, 11, 20, 3, 4, 5, 678000, tzinfo=UTC)
# As IHE BALP 1.1.3 shows reading with a patient (AuditEvent for a RESTful read), written anew with other values.
BALP = {
    "resourceType": "AuditEvent",
    "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
    "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "read"}],
    "action": "R", "recorded": "2026-11-20T10:04:05.678+07:00", "outcome": "0",
    "purposeOfEvent": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]}],
    "agent": [
        {"who": {"display": "his.example"}, "requestor": False, "network": {"address": "192.0.2.1", "type": "2"}},
        {"who": {"identifier": {"value": "bs.lan"}}, "name": "Lan", "requestor": True, "network": {"address": "192.0.2.7", "type": "2"}},
    ],
    "source": {"observer": {"display": "his.example"}},
    "entity": [
        {"what": {"reference": "Observation/12"}, "role": {"code": "4"}},
        {"what": {"reference": "https://hoso.vn/fhir/r4/Patient/p-1/_history/1"}, "role": {"code": "1"}},
    ],
}  # fmt: skip


def row(**changes: object) -> EventRow:
    values: dict[str, object] = {name: None for name in EventRow.__dataclass_fields__}
    values |= {
        "id": 77, "at": AT, "store": "record", "actor_id": 5, "actor_name": "bs.lan", "account_kind": "clinical", "role": "doctor",
        "purpose": "treatment", "action": "read", "route": "visit", "person_id": 9, "object": "a|b = c\\d", "outcome": "done",
        "reason": "khám", "sensitive": True, "break_glass": True, "found": 3, "source": "192.0.2.7", "source_port": 47000,
        "device": "Firefox", "request_id": UUID(int=1), "facility_name": "", **changes,
    }  # fmt: skip
    return EventRow(**{name: values[name] for name in EventRow.__dataclass_fields__})  # type: ignore[arg-type]


@pytest.mark.parametrize("form", [cef, ocsf, fhir], ids=["cef", "ocsf", "fhir"])
@pytest.mark.parametrize("action", ["read", "create", "update", "delete", "export", "sign-in"])
def test_our_own_export_is_read_back(form: object, action: str) -> None:
    event = row(action=action)
    found = read_event(form.line(event))  # type: ignore[attr-defined]
    assert (found.key, found.at, found.account, found.action, found.outcome) == ("77", AT, "5", action, "done")
    assert (found.object, found.sensitive, found.break_glass, found.role) == ("a|b = c\\d", True, True, "doctor")
    assert found.address.startswith("192.0.2.7")


def test_balp_names_requestor_and_patient() -> None:
    found = read_event(orjson.dumps(BALP).decode())
    assert (found.account, found.name, found.person, found.object) == ("bs.lan", "Lan", "p-1", "Observation/12")
    assert (found.at, found.action, found.purpose, found.address) == (AT, "read", "TREAT", "192.0.2.7")
    assert found.key.startswith("sha256:")  # it has no id: the same text is the same event
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": BALP}, {"resource": BALP}]}
    assert [read_event(text) for text in fhir_events(orjson.dumps(bundle))] == [found, found]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sshd: session opened", "neither"),
        ("{", "broken JSON"),
        ("[]", "neither"),
        ("CEF:0|a|b", "head"),
        ('{"class_uid": 1001}', "class of OCSF"),
        ('{"at": "2026-11-20T10:00:00", "account": "a", "action": "read"}', "zone"),
        ('{"at": "2126-11-20T10:00:00Z", "account": "a", "action": "read"}', "clock"),
        ('{"at": "2026-11-20T10:00:00Z", "account": "a", "action": "steal"}', "action"),
        ('{"at": "2026-11-20T10:00:00Z", "action": "read"}', "account"),
        ('{"at": "2026-11-20T10:00:00Z", "account": "a", "action": "read", "outcome": "x"}', "outcome"),
        ('{"resourceType": "AuditEvent"}', "another shape"),
    ],
)
def test_what_tells_no_event_says_why(text: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        read_event(text)


@given(st.text(max_size=300) | st.builds(lambda tail: "CEF:0|a|b|1|read|n|3|" + tail, st.text(max_size=200)))
def test_whatever_comes_is_an_event_or_not_understood(text: str) -> None:
    try:
        found = read_event(text)
    except NotUnderstood:
        return
    assert found.account and found.at


@given(
    st.lists(
        st.binary(min_size=1, max_size=60).filter(lambda one: one.strip() == one and b"\n" not in one), max_size=8
    ),
    st.lists(st.integers(1, 20), min_size=1, max_size=8),
)
def test_counted_messages_come_out_whole_however_they_are_cut(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(b"%d %s" % (len(one), one) for one in messages)
    frames, found, place, turn = Frames(), [], 0, 0
    while place < len(stream):
        size = cuts[turn % len(cuts)]
        found += frames.feed(stream[place : place + size])
        place, turn = place + size, turn + 1
    assert found == messages


def test_lines_and_a_count_that_is_none() -> None:
    assert Frames().feed(b"<110>1 a\n<110>1 b\nrest") == [b"<110>1 a", b"<110>1 b"]
    for broken in (b"999999999 x", b"0 x", b"12x y"):
        with pytest.raises(BrokenFrame):
            Frames().feed(broken)


def test_what_a_message_says() -> None:
    head = b"<110>1 2026-11-20T03:04:05Z his app 12 ID47 "
    assert said(head + b'[a@1 b="c \\] d"][e@1] \xef\xbb\xbfCEF:0|x') == "CEF:0|x"
    assert said(head + b"- text") == "text"
    assert said(b"<13>Nov 20 03:04:05 old style") == "<13>Nov 20 03:04:05 old style"


def test_the_same_event_in_other_words_keeps_its_key() -> None:
    event = row()
    assert read_event(cef.line(event)).key == read_event(ocsf.line(replace(event))).key
