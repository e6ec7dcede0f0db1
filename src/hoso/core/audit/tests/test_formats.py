"""What leaves is read back by models and parsers that others wrote (FHIR, CEF) or by the grammar of RFC 5424."""

import json
import re
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fhir.resources.R4B.auditevent import AuditEvent as FhirAuditEvent
from pycef import parse as parse_cef

from hoso.core.audit.formats import FORMATS, cef, fhir, ocsf
from hoso.core.audit.queries import EventRow
from hoso.core.audit.syslog import EVENT, Collector, message
from hoso.core.errors import HosoError

READ = EventRow(
    7, datetime(2026, 11, 26, 1, 2, 3, 456789, tzinfo=UTC), "record", 12, "bs.hùng", "clinical", "doctor", "treatment",
    "read", "person", 42, "timeline", "Bệnh viện A", "done", "khám | a=b \\ c\nd", True, False, 3, "192.0.2.7", 47011,
    "Mozilla/5.0 (X11)", UUID(int=5), False,
)  # fmt: skip
BARE = replace(
    READ, person_id=None, object="", role="", reason="", sensitive=False, found=None, source="", source_port=None,
    device="", request_id=None, facility_name="", actor_name="", account_kind="",
)  # fmt: skip
ALL = [
    READ,
    BARE,
    replace(READ, break_glass=True),
    replace(READ, outcome="refused", action="refuse", reason="record.read"),
    replace(BARE, action="sign-in", purpose="own_account", store="security", actor_name="x"),
    replace(BARE, action="sign-in", purpose="own_account", outcome="failed"),
    replace(BARE, action="sign-in", purpose="own_account", reason="signed out"),
    replace(BARE, action="create", purpose="administration", object="Account/9"),
    *[replace(READ, action=action) for action in ("search", "create", "update", "delete", "export", "print")],
]


@pytest.mark.parametrize("event", ALL)
def test_fhir_is_a_valid_audit_event(event: EventRow) -> None:
    read = FhirAuditEvent.model_validate_json(fhir.line(event))
    assert read.id == "7"
    assert read.recorded == event.at
    assert read.agent[0].requestor is True
    assert bool(read.entity and any(one.role and one.role.code == "1" for one in read.entity)) == (
        event.person_id is not None
    )


def test_fhir_says_who_whom_why_from_where_and_that_it_is_restricted() -> None:
    found = fhir.audit_event(READ)
    assert found["agent"][0]["who"]["identifier"]["value"] == "12"
    assert found["agent"][0]["network"] == {"address": "192.0.2.7:47011", "type": "2"}
    assert found["entity"][0]["what"]["identifier"]["value"] == "42"
    assert found["entity"][0]["securityLabel"][0]["code"] == "R"
    assert found["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    emergency = fhir.audit_event(replace(READ, break_glass=True))
    assert [one["coding"][0]["code"] for one in emergency["purposeOfEvent"]] == ["TREAT", "BTG"]
    assert [fhir.audit_event(replace(READ, outcome=one))["outcome"] for one in ("done", "refused", "failed")] == [
        "0", "4", "8",
    ]  # fmt: skip


@pytest.mark.parametrize("event", ALL)
def test_cef_is_read_back(event: EventRow) -> None:
    line = cef.line(event)
    assert "\n" not in line
    read = parse_cef(line)
    assert (read["DeviceVendor"], read["DeviceEventClassID"], read["CEFVersion"]) == ("HoSo", event.action, "0")
    assert int(read["rt"]) == 1795654923456
    assert int(read["externalId"]) == 7
    assert read["purpose"] == event.purpose
    assert read.get("person") == (str(event.person_id) if event.person_id else None)
    assert read["breakGlass"] == str(event.break_glass).lower()
    assert (int(read["Severity"]) > cef.PLAIN) == (
        event.break_glass or event.sensitive or event.outcome != "done" or event.action in ("export", "print")
    )


def test_cef_signs_of_its_own_grammar_are_escaped() -> None:
    line = cef.line(READ)
    assert r"reason=khám | a\=b \\ c\nd" in line
    assert parse_cef(line)["src"] == "192.0.2.7"
    assert parse_cef(line)["spt"] == "47011"


# Attributes that schema.ocsf.io 1.3 marks as required. No kept library of these classes runs on today's pydantic.
BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
OCSF_REQUIRED = {3002: BASE | {"user"}, 3001: BASE | {"user"}, 6003: BASE | {"actor", "api", "src_endpoint"}}


@pytest.mark.parametrize("event", ALL)
def test_ocsf_has_what_its_class_requires(event: EventRow) -> None:
    found = json.loads(ocsf.line(event))
    assert OCSF_REQUIRED[found["class_uid"]] <= found.keys()
    assert found["metadata"].keys() >= {"product", "version"}
    assert found["category_uid"] == found["class_uid"] // 1000
    assert found["type_uid"] == found["class_uid"] * 100 + found["activity_id"]
    assert found["time"] == 1795654923456
    assert found["status_id"] == (1 if event.outcome == "done" else 2)
    assert found["unmapped"].get("person") == (str(event.person_id) if event.person_id else None)


def test_ocsf_classes() -> None:
    assert [ocsf.activity(one)["type_uid"] for one in ALL[:8]] == [
        600302, 600302, 600302, 600399, 300201, 300201, 300202, 300101,
    ]  # fmt: skip


# RFC 5424 section 6: HEADER SP STRUCTURED-DATA [SP MSG], with MSG in UTF-8 behind a byte order mark.
RFC5424 = re.compile(
    rb"<(?P<priority>\d{1,3})>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) "
    rb"(?P<host>[\x21-\x7e]{1,255}) (?P<app>[\x21-\x7e]{1,48}) (?P<process>[\x21-\x7e]{1,128}) "
    rb"(?P<kind>[\x21-\x7e]{1,32}) - \xef\xbb\xbf(?P<text>.*)",
    re.DOTALL,
)


def _understood(whole: bytes) -> str:
    found = RFC5424.fullmatch(whole)
    assert found is not None, whole
    assert int(found["priority"]) == 13 * 8 + 6
    assert datetime.fromisoformat(found["time"].decode()) == READ.at
    assert (found["app"], found["kind"]) == (b"hoso", b"audit-event")
    return found["text"].decode()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_syslog_by_tcp_is_received_whole_and_counted(name: str) -> None:
    """Octet counting (RFC 6587 section 3.4.1): messages with any byte in them come apart where they should."""
    lines = [FORMATS[name](one) for one in ALL]
    with socket.create_server(("127.0.0.1", 0)) as server:
        received = bytearray()

        def receive() -> None:
            connection, _ = server.accept()
            with connection:
                while part := connection.recv(65536):
                    received.extend(part)

        listener = threading.Thread(target=receive)
        listener.start()
        with Collector(f"tcp://127.0.0.1:{server.getsockname()[1]}") as collector:
            for line in lines:
                collector.send(message(READ.at, EVENT, line))
        listener.join(10)
    assert [_understood(frame) for frame in _frames(bytes(received))] == lines


def _frames(received: bytes) -> list[bytes]:
    found = []
    while received:
        length, _, rest = received.partition(b" ")
        found.append(rest[: int(length)])
        received = rest[int(length) :]
    return found


def test_syslog_by_udp_is_one_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        with Collector(f"udp://127.0.0.1:{server.getsockname()[1]}") as collector:
            collector.send(message(READ.at, EVENT, cef.line(READ)))
        assert _understood(server.recv(65536)) == cef.line(READ)


def test_a_collector_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(HosoError, match="HS2159"), Collector(f"tcp://127.0.0.1:{port}") as collector:
        collector.send(b"x")
