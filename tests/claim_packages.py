"""Claim packages for tests: read one, change a value, write it again in any packaging. lxml alone, nothing of HoSo."""

import copy
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lxml import etree

SAMPLES = Path(__file__).parent / "conformance" / "samples"
SAMPLE_3176 = SAMPLES / "synthetic_3176_inpatient_package.xml"
SAMPLE_4210 = SAMPLES / "synthetic_4210_outpatient_package.xml"
CHECK_IN = SAMPLES / "synthetic_3176_checkin_xml0.xml"

Packaging = Literal["base64", "urlsafe", "inline", "cdata"]
Row = dict[str, str]


@dataclass
class Rows:
    """One table: the tags from its root to a row, and the rows."""

    path: list[str]
    rows: list[Row]

    def xml(self, indent: str = "") -> bytes:
        root = record = etree.Element(self.path[0])
        for tag in self.path[1:-1]:
            record = etree.SubElement(record, tag)
        for row in self.rows:
            line = etree.SubElement(record, self.path[-1]) if len(self.path) > 1 else root
            for name, value in row.items():
                etree.SubElement(line, name).text = value
        if indent:
            etree.indent(root, indent)
        return etree.tostring(root, encoding="utf-8")


@dataclass
class Claim:
    """One HOSO; `raw` holds parts whose content is put into NOIDUNGFILE as it stands."""

    tables: dict[int, Rows]
    raw: list[tuple[str, str]] = field(default_factory=list)

    @property
    def summary(self) -> Row:
        return self.tables[1].rows[0]

    @property
    def ma_lk(self) -> str:
        return self.summary["MA_LK"]

    def copy(self) -> "Claim":
        return copy.deepcopy(self)

    def with_(self, **values: str) -> "Claim":
        """A copy with these values in XML1; a new MA_LK goes into every table."""
        other = self.copy()
        other.summary.update(values)
        if "MA_LK" in values:
            for table in other.tables.values():
                for row in table.rows:
                    row["MA_LK"] = values["MA_LK"]
        return other

    def changed(self, table: int, line: int, **values: str) -> "Claim":
        """A copy with these values in one line (from 1)."""
        other = self.copy()
        other.tables[table].rows[line - 1].update(values)
        return other

    def without(self, table: int, line: int) -> "Claim":
        """A copy without one line."""
        other = self.copy()
        del other.tables[table].rows[line - 1]
        return other

    def with_table(self, number: int, path: Sequence[str], *rows: Row) -> "Claim":
        """A copy with one more table, or another in its place."""
        other = self.copy()
        other.tables[number] = Rows(list(path), [{"MA_LK": self.ma_lk, **row} for row in rows])
        return other

    def only(self, *numbers: int) -> "Claim":
        """A copy with these tables alone."""
        return Claim({number: rows for number, rows in self.copy().tables.items() if number in numbers})

    def lines(self) -> set[tuple[int, int]]:
        return {(number, line) for number, table in self.tables.items() for line in range(1, len(table.rows) + 1)}


def read_claims(content: bytes) -> list[Claim]:
    """Every HOSO of a package."""
    root = etree.fromstring(content)
    return [_claim(one) for one in root.iter("HOSO")]


def sample_3176() -> Claim:
    return read_claims(SAMPLE_3176.read_bytes())[0]


def sample_4210() -> Claim:
    return read_claims(SAMPLE_4210.read_bytes())[0]


def package(
    claims: Claim | Sequence[Claim], made_on: str = "20250315", packaging: Packaging = "base64", facility: str = "01000",
    *, turned: bool = False, indent: str = "", encoding: str = "utf-8",
) -> bytes:  # fmt: skip
    """The bytes of a package. `turned` writes the tables in the opposite order."""
    claims = [claims] if isinstance(claims, Claim) else list(claims)
    root = etree.Element("GIAMDINHHS")
    etree.SubElement(etree.SubElement(root, "THONGTINDONVI"), "MACSKCB").text = facility
    about = etree.SubElement(root, "THONGTINHOSO")
    etree.SubElement(about, "NGAYLAP").text = made_on
    etree.SubElement(about, "SOLUONGHOSO").text = str(len(claims))
    listed = etree.SubElement(about, "DANHSACHHOSO")
    for claim in claims:
        hoso = etree.SubElement(listed, "HOSO")
        for number, rows in sorted(claim.tables.items(), reverse=turned):
            _fill(_part(hoso, f"XML{number}"), rows.xml(indent), packaging)
        for name, text in claim.raw:
            _part(hoso, name).text = text
    content = etree.tostring(root, encoding=encoding, xml_declaration=True)
    assert isinstance(content, bytes)
    return content


def _part(hoso: etree._Element, name: str) -> etree._Element:
    part = etree.SubElement(hoso, "FILEHOSO")
    etree.SubElement(part, "LOAIHOSO").text = name
    return etree.SubElement(part, "NOIDUNGFILE")


def _fill(content: etree._Element, xml: bytes, packaging: Packaging) -> None:
    if packaging == "inline":
        content.append(etree.fromstring(xml))
    elif packaging == "cdata":
        content.text = etree.CDATA(xml.decode())
    else:
        text = b64encode(xml).decode()
        content.text = text.replace("+", "-").replace("/", "_").rstrip("=") if packaging == "urlsafe" else text


def _claim(hoso: etree._Element) -> Claim:
    tables = {}
    for part in hoso.findall("FILEHOSO"):
        number = int((part.findtext("LOAIHOSO") or "").removeprefix("XML"))
        tables[number] = _rows(_inner(part.find("NOIDUNGFILE")))
    return Claim(tables)


def _inner(content: etree._Element | None) -> etree._Element:
    assert content is not None
    if len(content):
        return content[0]
    text = content.text or ""
    return etree.fromstring(text.encode() if text.lstrip().startswith("<") else b64decode(text))


def _rows(root: etree._Element) -> Rows:
    path, records = [str(root.tag)], [root]
    while len(records[0]) and len(records[0][0]):
        path.append(str(records[0][0].tag))
        records = [child for record in records for child in record if child.tag == path[-1]]
    return Rows(path, [{str(child.tag): (child.text or "").strip() for child in record} for record in records])
