"""Bytes of a package: the envelope GIAMDINHHS around visits, each with its tables in base64 (`definitions/exchange`)."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from lxml import etree

from hoso.engines.intake.exchange import Decision, load_decisions
from hoso.engines.intake.sent import Values

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
Tables = dict[int, list[Values]]


def write_visit(decision: Decision, tables: Tables) -> bytes:
    """One HOSO. Tags stand in the decision's order, those it does not know behind them."""
    visit = etree.Element("HOSO")
    for number, lines in sorted(tables.items()):
        for content in _contents(decision, number, lines):
            file = etree.SubElement(visit, "FILEHOSO")
            etree.SubElement(file, "LOAIHOSO").text = f"XML{number}"
            etree.SubElement(file, "NOIDUNGFILE").text = b64encode(content).decode()
    return bytes(etree.tostring(visit, encoding="utf-8"))


def envelope(facility: str, made_on: date, count: int) -> tuple[bytes, bytes]:
    """What stands before and behind the visits. The signature (CHUKYDONVI) is the sender's to put in."""
    before = (
        f"<GIAMDINHHS><THONGTINDONVI><MACSKCB>{_escaped(facility)}</MACSKCB></THONGTINDONVI>"
        f"<THONGTINHOSO><NGAYLAP>{made_on:%Y%m%d}</NGAYLAP><SOLUONGHOSO>{count}</SOLUONGHOSO><DANHSACHHOSO>"
    )
    behind = "</DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI/></GIAMDINHHS>\n"
    return DECLARATION + before.encode(), behind.encode()


def write_package(facility: str, made_on: date, visits: Iterable[bytes]) -> bytes:
    """A small package in memory."""
    written = list(visits)
    before, behind = envelope(facility, made_on, len(written))
    return b"".join((before, *written, behind))


def _contents(decision: Decision, number: int, lines: list[Values]) -> Iterator[bytes]:
    """The inner XML: one file for the lines, or one for each where the root is the line itself."""
    path, names = _shape(decision, number)
    if len(path) == 1:
        for values in lines:
            root = etree.Element(path[0])
            _fill(root, names, values)
            yield DECLARATION + bytes(etree.tostring(root, encoding="utf-8"))
        return
    record = root = etree.Element(path[0])
    for tag in path[1:-1]:
        record = etree.SubElement(record, tag)
    for values in lines:
        _fill(etree.SubElement(record, path[-1]), names, values)
    yield DECLARATION + bytes(etree.tostring(root, encoding="utf-8"))


def _fill(line: Any, names: tuple[str, ...], values: Values) -> None:
    for name in (*names, *(name for name in values if name not in names)):
        etree.SubElement(line, name).text = values.get(name, "")


def _shape(decision: Decision, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Path and tags of a table; one that the decision does not have (kept with a warning) has the newest's path."""
    table = decision.tables.get(number)
    if table and table.path:
        return table.path, tuple(field.name for field in table.fields)
    others = [one.tables[number].path for one in load_decisions().values() if number in one.tables]
    return next(path for path in reversed(others) if path), ()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
