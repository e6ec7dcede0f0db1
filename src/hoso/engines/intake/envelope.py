"""The outer package GIAMDINHHS, read as a stream: memory stays flat whatever the size of the file.

Source: the BHXH package shape, `definitions/exchange`; a package with a DOCTYPE is refused whole.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from hoso.core.errors import HosoError
from hoso.engines.intake.safe_xml import MAX_ATTRIBUTES, why, xml_events
from hoso.engines.intake.sent import Finding, PackageHeader, Part, RawVisit

ROOT = "GIAMDINHHS"
CHECK_IN_ROOT = "CHI_TIEU_TRANG_THAI_KCB"  # XML0 is a file of its own
MAX_PARTS = 1000
MAX_ELEMENTS = 1_000_000  # of one HOSO, and
MAX_TEXT = 64 * 1024 * 1024  # characters of its contents: what one visit may take of memory
_LIMIT = f"{MAX_TEXT // 1024**2} MB / {MAX_ELEMENTS}"
MOST_DIGITS = 9


def read_visits(stream: BinaryIO, file: str = "") -> Iterator[RawVisit]:
    """Yield every HOSO in order; `file` is the name that errors tell.

    Raises HosoError HS3001 (DOCTYPE), HS3002 (not well-formed), HS3003 (another root), HS3005 (no HOSO). A HOSO that is
    too large for memory comes without its parts, with that finding (HS3320).
    """
    reader = _EnvelopeReader(file)
    try:
        for event, element in xml_events(stream):
            if event == "start":
                reader.started(element)
            else:
                yield from reader.ended(element)
    except etree.XMLSyntaxError as error:
        if reader.depth == 0 and stream.tell() == 0:
            raise HosoError("HS3012", file=file) from None
        raise HosoError("HS3002", file=file, reason=why(error), line=error.lineno or 0) from None
    if not reader.count:
        raise HosoError("HS3005", file=file)


class _EnvelopeReader:
    """Gathers the header, hands out each HOSO as it closes, and lets go of what was read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.depth = 0
        self.check_in = False
        self.header_values: dict[str, str] = {}
        self.header: PackageHeader | None = None
        self.count = 0
        self.inside = False  # a HOSO, or the check-in file
        self.elements = self.text = 0  # of the HOSO being read
        self.outside = 0  # characters that are of no HOSO

    def started(self, element: Any) -> None:
        self.depth += 1
        self._weigh(element)
        if self.depth > 1:
            if not self.inside and _local(element) == "HOSO":
                self._begin()
            return
        if element.getroottree().docinfo.doctype:
            raise HosoError("HS3001", file=self.file)
        name = _local(element)
        if name not in (ROOT, CHECK_IN_ROOT):
            raise HosoError("HS3003", file=self.file, root=name[:60])
        self.check_in = name == CHECK_IN_ROOT
        if self.check_in:
            self._begin()

    def _begin(self) -> None:
        self.inside, self.elements, self.text = True, 0, 0

    def _weigh(self, element: Any) -> None:
        """Count attributes and what stands before the element.

        Raises HosoError HS3320 for so much outside of any HOSO, or for so many attributes, which nothing here has.
        """
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise HosoError("HS3320", visit=self.count + 1, limit=f"{MAX_ATTRIBUTES} @")
        before = element.getprevious()
        size = sum(map(len, element.values())) + (len(before.tail or "") if before is not None else 0)
        if self.inside:
            self.elements += 1
            self.text += size
            return
        self.outside += size
        if self.outside > MAX_TEXT:
            raise HosoError("HS3320", visit=self.count + 1, limit=_LIMIT)

    @property
    def is_too_large(self) -> bool:
        return self.elements > MAX_ELEMENTS or self.text > MAX_TEXT

    def ended(self, element: Any) -> Iterator[RawVisit]:
        self.depth -= 1
        name = _local(element)
        if self.inside:
            self.text += len(element.text or "")
        if name == "HOSO" and not self.check_in:
            yield self._visit(element, _parts)
            _forget(element)
            self.inside = False
        elif self.check_in and self.depth == 0:
            yield self._visit(element, _check_in_part)
        elif self.inside and self.is_too_large:
            _forget(element)
        elif not self.inside and self.depth:
            if name in ("MACSKCB", "NGAYLAP", "SOLUONGHOSO"):
                self.header_values[name] = (element.text or "").strip()
            _forget(element)

    def _visit(self, element: Any, parts_of: Callable[[Any], list[Part]]) -> RawVisit:
        self.count += 1
        if (
            self.header is None
        ):  # one for all of its visits: by it the visits of one envelope are told from the next one's
            self.header = _header(self.header_values)
        header = self.header
        if self.is_too_large:
            finding = Finding("HS3320", "error", 0, 0, "HOSO", "", {"limit": _LIMIT})
            return RawVisit(header, self.count, [], finding)
        return RawVisit(header, self.count, parts_of(element))


def _local(element: Any) -> str:
    """The name without its namespace; a prefix that nobody declared stays part of it."""
    return str(element.tag).rpartition("}")[2]


def _header(values: dict[str, str]) -> PackageHeader:
    count = values.get("SOLUONGHOSO", "")
    return PackageHeader(
        values.get("MACSKCB", ""),
        _day(values.get("NGAYLAP", "")),
        int(count) if count.isdecimal() and len(count) <= MOST_DIGITS else None,
    )


def _check_in_part(root: Any) -> list[Part]:
    return [Part("XML0", etree.tostring(root, encoding="utf-8"))]


def _parts(visit: Any) -> list[Part]:
    parts: list[Part] = []
    for file in visit.iterfind("{*}FILEHOSO"):
        name = (file.findtext("{*}LOAIHOSO") or "").strip().upper()
        content = file.find("{*}NOIDUNGFILE")
        if content is not None and len(parts) < MAX_PARTS:
            parts.append(Part(name, _content(content), file.sourceline or 0))
    return parts


def _content(element: Any) -> bytes:
    """Inline XML as it stands; base64 or CDATA as text."""
    inline = next((child for child in element if isinstance(child.tag, str)), None)
    if inline is not None:
        return bytes(etree.tostring(inline, encoding="utf-8", with_tail=False))
    return (element.text or "").encode()


def _forget(element: Any) -> None:
    """Free the element and everything before it; lxml would keep the whole package otherwise."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
