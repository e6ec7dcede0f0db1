"""Malformed imports in every format: each row's mistake is named, what is right beside it is taken, nothing half-stored."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import transaction

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.documents.workbook import workbook
from hoso.engines.statistics.imports.formats import read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.report import ImportReport
from hoso.engines.statistics.imports.run import import_values
from hoso.engines.statistics.tests.reporting import FORMATS, as_payload, communes, seen, unit_uid

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
JSON, CSV, XML, ADX = "application/json", "application/csv", "application/xml", "application/adx+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # a text here is a CSV that is put into one

# Payloads that cannot be read to their end, with rows that could be before the fault. @ is the unit, ¤ another one.
GOOD_JSON = '{"dataElement":"DELIV","period":"202601","orgUnit":"@","value":"1"}'
GOOD_XML = '<dataValue dataElement="DELIV" period="202601" orgUnit="@" value="1"/>'
HEAD_CSV = "dataelement,period,orgunit,value\n"
GOOD_CSV = HEAD_CSV + "DELIV,202601,@,1\n"
DXF2 = '<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0">'
GOOD_GROUP = (
    '<group dataSet="tt23-4-bct" period="2026-01-01/P1M" orgUnit="@"><dataValue dataElement="DELIV" value="1"/></group>'
)
ADX_HEAD = '<adx xmlns="urn:ihe:qrph:adx:2015">'
UNREADABLE: list[tuple[str, str | bytes]] = [
    (JSON, ""),
    (JSON, "null"),
    (JSON, "[]"),
    (JSON, "{}"),
    (JSON, '{"dataValues":[' + GOOD_JSON),
    (JSON, '{"dataValues":[' + GOOD_JSON + ",]}"),
    (JSON, '{"dataValues":{"a":1}}'),
    (JSON, '{"dataValues":[' + GOOD_JSON + ",7]}"),
    (JSON, '{"dataValues":[' + GOOD_JSON + ',{"dataElement":5}]}'),
    (JSON, '{"dataValues":[{"value":{"a":1}}]}'),
    (JSON, '{"dataValues":[{"value":[1]}]}'),
    (JSON, '{"dataValues":[{"deleted":"yes"}]}'),
    (JSON, '{"dataValues":[{"value":NaN}]}'),
    (JSON, b'{"dataValues":[{"value":"\xff"}]}'),
    (JSON, "[" * 100_000),
    (JSON, '{"idScheme":"SSN","dataValues":[' + GOOD_JSON + "]}"),
    (JSON, '{"dataValues":[' + GOOD_JSON + "]} extra"),
    (CSV, ""),
    (CSV, "DELIV,202601,@,1\n"),
    (CSV, "dataelement,period,orgunit\nDELIV,202601,@\n"),
    (CSV, "dataelement,period,orgunit,value,value\nDELIV,202601,@,1,2\n"),
    (CSV, GOOD_CSV + "DELIV,202602,@,1,x,y\n"),
    (CSV, GOOD_CSV + 'DELIV,202602,@,"1\n'),
    (CSV, GOOD_CSV + 'DELIV,202602,@,"1"x\n'),
    (CSV, GOOD_CSV.encode() + b"DELIV,202602,@,\xff\xfe\n"),
    (CSV, GOOD_CSV.encode("utf-16")),
    (CSV, "dataelement;period;orgunit;value\nDELIV;202601;@;1\n"),
    (XML, ""),
    (XML, "<"),
    (XML, DXF2 + GOOD_XML),
    (XML, DXF2 + GOOD_XML + "</dataValueSe>"),
    (XML, DXF2 + GOOD_XML + "<dataValue a=1/></dataValueSet>"),
    (XML, "<other/>"),
    (XML, GOOD_XML),
    (XML, '<!DOCTYPE d [<!ENTITY a "1">]>' + DXF2 + GOOD_XML.replace('"1"', '"&a;"') + "</dataValueSet>"),
    (XML, '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + DXF2 + "&a;</dataValueSet>"),
    (XML, DXF2 + GOOD_XML + "\x01</dataValueSet>"),
    (XML, DXF2 + GOOD_XML + "</dataValueSet><more/>"),
    (XML, DXF2.replace(">", ' idScheme="SSN">') + GOOD_XML + "</dataValueSet>"),
    (ADX, ""),
    (ADX, ADX_HEAD + GOOD_GROUP),
    (ADX, "<adx>" + GOOD_GROUP + "</adx>"),
    (ADX, ADX_HEAD + '<dataValue dataElement="DELIV" value="1"/></adx>'),
    (ADX, ADX_HEAD + GOOD_GROUP + "<group></adx>"),
    (XLSX, b""),
    (XLSX, GOOD_CSV.encode()),
    (XLSX, b"PK\x05\x06" + bytes(18)),
    (XLSX, ""),
    (XLSX, "DELIV,202601,@,1\n"),
    (XLSX, "dataelement,period,orgunit\nDELIV,202601,@\n"),
    (XLSX, "dataelement,period,orgunit,value,value\nDELIV,202601,@,1,2\n"),
    (XLSX, GOOD_CSV + "DELIV,202602,@,1,x,y\n"),
    ("text/plain", "DELIV=1"),
    ("", GOOD_JSON),
]


@dataclass(frozen=True)
class Bad:
    """One wrong row beside a right one: its fields, and the code it gets."""

    code: str
    element: str = "DELIV"
    period: str = "202602"
    unit: str = "@"
    value: str = "1"
    split: str = ""
    attribute: str = ""
    comment: str = ""


WRONG_ROWS = [
    Bad("E8020", element=""),
    Bad("E8020", element="DELIVERIES"),
    Bad("E8020", element="DELIV "),
    Bad("E8021", period=""),
    Bad("E8021", period="202613"),
    Bad("E8021", period="2026"),
    Bad("E8021", period="2026Q1"),
    Bad("E8021", period="2026-02-01/P1M1D"),
    Bad("E8021", period="٢٠٢٦٠٢"),
    Bad("E8030", period="203001"),
    Bad("E8030", period="202506"),
    Bad("E8022", unit=""),
    Bad("E8022", unit="nowhere0000"),
    Bad("E8011", unit="¤"),
    Bad("E8024", split="nonEx1sting"),
    Bad("E8024", element="ANC4_3P"),
    Bad("E8024", element="ANC4_3P", split="HllvX50cXC0"),
    Bad("E8023", attribute="nonEx1sting"),
    Bad("E8120", value=""),
    Bad("E8122", value="1.5"),
    Bad("E8122", value="-1"),
    Bad("E8122", value="1,0"),
    Bad("E8122", value="1 000"),
    Bad("E8122", value="NaN"),
    Bad("E8122", value="1e3"),
    Bad("E8122", value="mười"),
    Bad("E8122", value="1" * 60),
    Bad("E8122", value="=1+1"),
    Bad("E8125", comment="x" * 5001),
]


# Only ADX can say these: periods by their first day and length, options by their dimensions, the form of each report.
WRONG_IN_ADX: list[tuple[str, dict[str, str]]] = [
    ("E8021", {"period": "2026-02-01/P1Y"}),
    ("E8021", {"period": "2026-02-02/P1M"}),
    ("E8021", {"period": "2026-02-30/P1M"}),
    ("E8021", {"period": "2026-02-01"}),
    ("E8021", {"period": "/P1M"}),
    ("E8024", {"more": 'nosuch="x"'}),
    ("E8024", {"dataElement": "ANC4_3P", "more": 'of_which_minority="nosuch"'}),
    ("HS7017", {"dataSet": "tt23-4-bcx"}),
    ("HS7017", {"dataSet": "tt23-4-BCT"}),
    ("E8020", {"dataSet": "tt23-14-bct"}),
]
RIGHT = [{"dataElement": "DELIV", "value": "7"}, {"dataElement": "DELIV_TEEN", "value": "2"}]


@pytest.fixture
def place() -> Place:
    return communes("80", 1)[0]


@pytest.fixture
def officer(actor: MakeActor, place: Place) -> Actor:
    return actor("statistics_officer", place=place)


def _import(officer: Actor, kind: str, content: str | bytes) -> ImportReport:
    ours, theirs = communes("80", 2)
    raw = content.encode() if isinstance(content, str) else content
    raw = raw.replace(b"@", unit_uid(ours).encode()).replace("¤".encode(), unit_uid(theirs).encode())
    if kind == XLSX and isinstance(content, str):
        head, *rows = list(csv.reader(io.StringIO(raw.decode(), newline=""))) or [[]]
        width = max(map(len, [head, *rows]))
        raw = workbook("Số liệu", head + [""] * (width - len(head)), rows)
    options = read_options({"dataElementIdScheme": "code", "dataSetIdScheme": "code"})
    return import_values(officer, read_payload(io.BytesIO(raw), kind, options), options)


def _row(bad: Bad) -> dict[str, str]:
    told = {
        "dataElement": bad.element, "period": bad.period, "orgUnit": bad.unit, "categoryOptionCombo": bad.split,
        "attributeOptionCombo": bad.attribute, "value": bad.value, "comment": bad.comment,
    }  # fmt: skip
    return {name: word for name, word in told.items() if word or name in ("dataElement", "period", "orgUnit", "value")}


def _wrong_in(kind: str) -> list[tuple[str, dict[str, str]]]:
    """What is wrong and the row, of each payload of this format that can be read to its end."""
    told = [(bad.code, _row(bad)) for bad in WRONG_ROWS]
    return told + [(code, {**_row(Bad(code)), **more}) for code, more in WRONG_IN_ADX] if kind == "adx" else told


def test_there_are_more_than_eighty_payloads_of_either_kind() -> None:
    assert sum(len(_wrong_in(kind)) for kind in FORMATS) == 4 * 29 + 10
    assert len(UNREADABLE) >= 46


@pytest.mark.parametrize("kind", FORMATS)
def test_one_wrong_row_in_each_payload_is_named_and_nothing_of_it_stays(kind: str, officer: Actor) -> None:
    for code, wrong in _wrong_in(kind):
        right = [{"period": "202601", "orgUnit": "@", **one} for one in RIGHT]
        with transaction.atomic():
            report = _import(officer, *as_payload(kind, [right[0], wrong, right[1]]))
            told = [(code, one.indexes) for (code, _), one in report.conflicts.items()]
            stored = seen(
                officer,
                "SELECT e.code, p.iso, v.number::int, v.comment FROM statistics_value v JOIN statistics_element e"
                " ON e.id = v.element_id JOIN statistics_period p ON p.id = v.period_id ORDER BY 1",
            )
            acts = seen(officer, "SELECT rows FROM statistics_act")
            transaction.set_rollback(True)
        assert (told, report.rejected, report.imported, report.ignored) == ([(code, [1])], [1], 2, 1), wrong
        assert stored == [("DELIV", "202601", 7, None), ("DELIV_TEEN", "202601", 2, None)], wrong
        assert acts == [(3,)], wrong
        assert report.as_dhis2("vi")["conflicts"][0]["value"], wrong


def test_a_report_with_a_row_that_is_not_its_own_is_refused_whole(officer: Actor) -> None:
    """In ADX as in the others: a wrong value leaves out its row, a row of another form its whole report."""
    for value, taken, refused in (
        ('<dataValue dataElement="DELIV_TEEN" value="x"/>', 1, [1]),
        ('<dataValue dataElement="NCD_CHS" value="1"/>', 0, [0, 1]),
    ):
        with transaction.atomic():
            both = GOOD_GROUP.replace("</group>", value + "</group>")
            report = _import(officer, ADX, ADX_HEAD + both + "</adx>")
            stored = seen(officer, "SELECT 1 FROM statistics_value")
            transaction.set_rollback(True)
        assert (report.imported, report.rejected, len(stored)) == (taken, refused, taken)


@pytest.mark.parametrize("day", ("5/2/2026", "2026-02-30", "20260205", "2026-02-05x", "hôm nay"))
def test_a_day_of_completion_that_is_none_refuses_its_report(day: str, officer: Actor) -> None:
    other = GOOD_GROUP.replace("202601", "202602").replace("2026-01-01", "2026-02-01")
    report = _import(
        officer, ADX, ADX_HEAD + GOOD_GROUP.replace("<group ", f'<group completeDate="{day}" ') + other + "</adx>"
    )
    assert [(code, one.about, one.indexes) for (code, _), one in report.conflicts.items()] == [
        ("HS7047", "completeDate", [0])
    ]
    assert (report.imported, report.rejected, report.completed) == (1, [0], False)
    assert seen(officer, "SELECT count(*) FROM statistics_completion") == [(0,)]


@pytest.mark.parametrize("number", range(len(UNREADABLE)))
def test_what_cannot_be_read_stores_nothing(number: int, officer: Actor) -> None:
    kind, content = UNREADABLE[number]
    with pytest.raises(HosoError, match=r"HS700[12]"):
        _import(officer, kind, content)
    assert seen(officer, "SELECT 1 FROM statistics_value UNION ALL SELECT 1 FROM statistics_act") == []


@pytest.mark.parametrize("kind", ["csv", "json", "xml", "xlsx"])
def test_each_wrong_row_is_named_and_the_right_ones_are_taken(kind: str, officer: Actor) -> None:
    right = Bad("", period="202601")
    # What stands around the text of a spreadsheet's cell is not read.
    wrong = [row for row in WRONG_ROWS if kind != "xlsx" or row.element == row.element.strip()]
    rows = [right, *wrong, Bad("", element="DELIV_TEEN", period="202601")]
    report = _import(officer, *_written(kind, rows))
    told = {index: code for (code, _), one in report.conflicts.items() for index in one.indexes}
    assert told == {index: row.code for index, row in enumerate(rows) if row.code}
    assert (report.status, report.imported, report.ignored) == ("WARNING", 2, len(wrong))
    assert report.rejected == sorted(told)
    assert len(seen(officer, "SELECT 1 FROM statistics_value")) == 2
    for conflict in report.as_dhis2("vi")["conflicts"]:
        assert conflict["value"] and "HS" not in conflict["value"]


def _written(kind: str, rows: list[Bad]) -> tuple[str, str]:
    import json
    from xml.sax.saxutils import quoteattr

    names = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value", "comment")
    cells = [(row.element, row.period, row.unit, row.split, row.attribute, row.value, row.comment) for row in rows]
    if kind == "json":
        return JSON, json.dumps(
            {"dataValues": [dict(zip(names, one, strict=True)) for one in cells]}, ensure_ascii=False
        )
    if kind == "xml":
        lines = [" ".join(f"{name}={quoteattr(word)}" for name, word in zip(names, one, strict=True)) for one in cells]
        return XML, DXF2 + "".join(f"<dataValue {line}/>" for line in lines) + "</dataValueSet>"
    out = io.StringIO()
    csv.writer(out).writerows([names, *cells])
    return XLSX if kind == "xlsx" else CSV, out.getvalue()


@pytest.mark.parametrize(
    "parameter", [("importStrategy", "SOME"), ("dryRun", "maybe"), ("orgUnitIdScheme", "ATTRIBUTE:x")]
)
def test_an_unknown_parameter_value_is_refused(parameter: tuple[str, str]) -> None:
    with pytest.raises(HosoError, match="HS7001"):
        read_options(dict([parameter]))


def test_a_cell_told_twice_refuses_the_payload(officer: Actor) -> None:
    report = _import(officer, CSV, GOOD_CSV + "DELIV,202601,@,2\nDELIV_TEEN,202601,@,1\n")
    assert (report.status, report.imported, report.rejected) == ("ERROR", 0, [0, 1, 2])
    assert [conflict.indexes for conflict in report.conflicts.values()] == [[0, 1]]
    assert seen(officer, "SELECT 1 FROM statistics_value") == []
