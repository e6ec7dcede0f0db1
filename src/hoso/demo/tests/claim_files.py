"""Reads generated packages for the tests, with lxml alone and without anything of the generator."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Claim:
    """One HOSO: its package, version and tables."""

    package: str
    version: str
    facility: str
    made: str
    tables: dict[str, Rows]
    tags: dict[str, list[tuple[str, ...]]]

    @property
    def summary(self) -> dict[str, str]:
        return self.tables["XML1"][0]

    @property
    def ma_lk(self) -> str:
        return self.summary["MA_LK"]


def read_province(folder: Path) -> list[Claim]:
    """All claims below packages/."""
    return [
        claim
        for path in sorted((folder / "packages").rglob("*.xml"))
        for claim in read_package(path.read_bytes(), path.parts[-3], "/".join(path.parts[-2:]))
    ]


def read_package(content: bytes, version: str, name: str) -> Iterator[Claim]:
    """The claims of one package."""
    root = etree.fromstring(content)
    claims = root.findall("THONGTINHOSO/DANHSACHHOSO/HOSO")
    assert root.findtext("THONGTINHOSO/SOLUONGHOSO") == str(len(claims))
    for claim in claims:
        tables: dict[str, Rows] = {}
        tags: dict[str, list[tuple[str, ...]]] = {}
        for part in claim:
            kind = part.findtext("LOAIHOSO") or ""
            rows = _rows(_inner(part.find("NOIDUNGFILE")))
            tables[kind] = [{str(element.tag): element.text or "" for element in row} for row in rows]
            tags[kind] = [tuple(str(element.tag) for element in row) for row in rows]
        facility = root.findtext("THONGTINDONVI/MACSKCB") or ""
        yield Claim(name, version, facility, root.findtext("THONGTINHOSO/NGAYLAP") or "", tables, tags)


def _inner(element: etree._Element | None) -> etree._Element:
    assert element is not None
    if len(element):
        return element[0]
    text = element.text or ""
    return etree.fromstring(text.encode() if text.startswith("<") else b64decode(text))


def _rows(table: etree._Element) -> list[etree._Element]:
    rows = [table]
    while len(rows[0]) and len(rows[0][0]):
        rows = list(rows[0])
    return rows
