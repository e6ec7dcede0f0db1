"""A CDA document as a tree, read with the intake's guards; elements lose HL7's namespace, those of SDTC get `sdtc-`."""

from typing import Any, BinaryIO

from lxml import etree

from hoso.core.errors import HosoError
from hoso.engines.intake.safe_xml import MAX_ATTRIBUTES, why, xml_events

ROOT = "{urn:hl7-org:v3}ClinicalDocument"
MAX_BYTES = 32 * 1024 * 1024
MAX_ELEMENTS = 300_000
MAX_NESTING = 100  # of elements; real documents have some 25
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PREFIXES = {"urn:hl7-org:v3": "", "urn:hl7-org:sdtc": "sdtc-"}


def is_cda(stream: BinaryIO) -> bool:
    """Whether the root is that of a CDA document; the stream is put back to its beginning."""
    try:
        for _, element in xml_events(stream):
            return bool(element.tag == ROOT)
    except etree.XMLSyntaxError:
        return False
    finally:
        stream.seek(0)
    return False


def read_document(stream: BinaryIO, file: str = "") -> Any:
    """The root of the document.

    Raises HosoError HS3001 (DOCTYPE), HS3002 (not well-formed), HS5190 (another root), HS5191 (too large).
    """
    depth = count = 0
    root: Any = None
    try:
        for event, element in xml_events(stream):
            if event == "end":
                depth -= 1
                continue
            depth += 1
            count += 1
            if root is None:
                root = _root(element, file)
            if count > MAX_ELEMENTS or depth > MAX_NESTING or len(element.attrib) > MAX_ATTRIBUTES:
                raise HosoError("HS5191", file=file, limit=f"{MAX_ELEMENTS} / {MAX_NESTING}")
    except etree.XMLSyntaxError as error:
        raise HosoError("HS3002", file=file, reason=why(error), line=error.lineno or 0) from None
    for element in root.iter(etree.Element):
        element.tag = _name(element.tag)
    return root


def _root(element: Any, file: str) -> Any:
    if element.getroottree().docinfo.doctype:
        raise HosoError("HS3001", file=file)
    if element.tag != ROOT:
        raise HosoError("HS5190", file=file, root=str(element.tag).rpartition("}")[2][:60])
    return element


def _name(tag: str) -> str:
    space, _, name = tag.removeprefix("{").rpartition("}")
    return f"{_PREFIXES.get(space, 'other-')}{name}"


def xsi_type(element: Any) -> str:
    """The datatype an element says it has, without a prefix."""
    return str(element.get(XSI_TYPE, "")).rpartition(":")[2]
