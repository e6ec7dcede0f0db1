"""Converting a visit out of an old encoding: proposed with before and after, done by a person, as a package of its own.

The original stays as it came. What is converted is received like any other sending, and takes the quarantined one's place
because it has the same MA_LK.
"""

from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from lxml import etree

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.core.vietnamese.legacy import ENCODINGS, detect, read_as
from hoso.engines.intake.actions import PackageReceipt, receive
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.old_encodings import MOST_TEXT
from hoso.engines.intake.sent import RawVisit
from hoso.engines.intake.tables import inner_text


@dataclass(frozen=True)
class ChangedText:
    """One text, as it came and as it would be read."""

    table: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Proposal:
    """What a conversion would do to a visit, and the package it would become."""

    package_id: int
    ordinal: int
    encoding: str
    file_name: str
    stated_version: str | None
    changes: list[ChangedText]
    content: bytes


def propose(scope: Scope, package_id: int, ordinal: int, encoding: str = "") -> Proposal | None:
    """The conversion of one visit; without an encoding, out of the one that its texts are found to be in.

    None where the asker has no such visit; no changes where there is nothing to convert. Raises HosoError HS3332 where the
    visit cannot be read at all, HS9004 for a name that is no encoding.
    """
    if encoding and encoding not in ENCODINGS:
        raise HosoError("HS9004", name="as", value=encoding[:20])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.sha256, p.file_name, p.stated_version FROM intake_visit v JOIN intake_package p ON p.id = v.package_id
            WHERE v.package_id = %s AND v.ordinal = %s AND {scope.facilities("v")}
            """,
            [package_id, ordinal],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    digest, file_name, version = row
    raw = _raw_visit(bytes(digest), file_name, ordinal)
    roots = [(part.name, _read(inner_text(part, ordinal))) for part in raw.parts]
    chosen = encoding or _found(roots)
    changes = [change for name, root in roots for change in _convert(name, root, chosen)] if chosen else []
    return Proposal(package_id, ordinal, chosen, file_name, version, changes, _envelope(raw, roots))


def convert(actor: Actor, proposal: Proposal, channel: str = "upload") -> PackageReceipt:
    """Receive the converted visit as a package; its name says where it came from. Raises HosoError HS3332 without changes."""
    if not proposal.changes:
        raise HosoError("HS3332")
    name = f"{proposal.file_name[:200]} #{proposal.ordinal} ({proposal.encoding} → Unicode).xml"
    return receive(actor, name, [proposal.content], channel, proposal.stated_version)


def _raw_visit(digest: bytes, file_name: str, ordinal: int) -> RawVisit:
    with closing(open_original(digest)) as stream:
        raw = next(islice(read_package(stream, file_name), ordinal - 1, None), None)
    if raw is None or raw.finding:
        raise HosoError("HS3332")
    return raw


def _read(text: bytes) -> Any:
    """The tree of a table; bytes that are no UTF-8 are taken one letter a byte, as old encodings are."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        try:
            return etree.fromstring(text.decode().encode(), parser)
        except UnicodeDecodeError:
            return etree.fromstring(text.decode("latin-1").encode(), parser)
    except etree.XMLSyntaxError:
        raise HosoError("HS3332") from None


def _found(roots: list[tuple[str, Any]]) -> str:
    texts = [element.text for _, root in roots for element in root.iter() if not (element.text or "").isascii()]
    suspect = [text for text in texts if detect(text[:MOST_TEXT])]
    found = detect("\n".join(suspect)[:MOST_TEXT]) or (detect(suspect[0][:MOST_TEXT]) if suspect else None)
    return found.encoding if found else ""


def _convert(name: str, root: Any, encoding: str) -> list[ChangedText]:
    """Change the texts of a table in place; what cannot be of the encoding stays."""
    changes = []
    for element in root.iter():
        before = element.text or ""
        if before.isascii() or not isinstance(element.tag, str):
            continue
        after = read_as(before, encoding)
        if after and after != before:
            element.text = after
            changes.append(ChangedText(name, element.tag, before.strip(), after.strip()))
    return changes


def _envelope(raw: RawVisit, roots: list[tuple[str, Any]]) -> bytes:
    package = etree.Element("GIAMDINHHS")
    etree.SubElement(etree.SubElement(package, "THONGTINDONVI"), "MACSKCB").text = raw.header.facility_code
    about = etree.SubElement(package, "THONGTINHOSO")
    etree.SubElement(about, "NGAYLAP").text = raw.header.made_on.strftime("%Y%m%d") if raw.header.made_on else ""
    etree.SubElement(about, "SOLUONGHOSO").text = "1"
    visit = etree.SubElement(etree.SubElement(about, "DANHSACHHOSO"), "HOSO")
    for name, root in roots:
        file = etree.SubElement(visit, "FILEHOSO")
        etree.SubElement(file, "LOAIHOSO").text = name
        etree.SubElement(file, "NOIDUNGFILE").text = b64encode(etree.tostring(root, encoding="utf-8")).decode()
    return bytes(etree.tostring(package, encoding="utf-8", xml_declaration=True))
