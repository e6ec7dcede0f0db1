"""The outer package GIAMDINHHS, read as a stream: memory stays flat whatever the size of the file.

Source: the BHXH package shape, `definitions/exchange`; a package with a DOCTYPE is refused whole.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from hoso.core.errors import HosoError
from hoso.engines.intake.sent import PackageHeader, Part, RawVisit

ROOT = "GIAMDINHHS"
CHECK_IN_ROOT = "CHI_TIEU_TRANG_THAI_KCB"  # XML0 is a file of its own
MAX_PARTS = 1000


def read_visits(stream: BinaryIO, file: str = "") -> Iterator[RawVisit]:
    """Yield every HOSO in order; `file` is the name that errors tell.

    Raises HosoError HS3001 (DOCTYPE), HS3002 (not well-formed), HS3003 (another root), HS3005 (no HOSO).
    """
    reader = _EnvelopeReader(file)
    # libxml2's own limits stay on (huge_tree off): depth, entity growth and text size of one element.
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        for event, element in events:
            if event == "start":
                reader.started(element)
            else:
                yield from reader.ended(element)
    except etree.XMLSyntaxError as error:
        if reader.depth == 0 and stream.tell() == 0:
            raise HosoError("HS3012", file=file) from None
        reason = (error.msg or "").partition(", line")[0][:200]
        raise HosoError("HS3002", file=file, reason=reason, line=error.lineno or 0) from None
    if not reader.count:
        raise HosoError("HS3005", file=file)


class _EnvelopeReader:
    """Gathers the header, hands out each HOSO as it closes, and lets go of what was read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.depth = 0
        self.check_in = False
        self.header_values: dict[str, str] = {}
        self.count = 0

    def started(self, element: Any) -> None:
        self.depth += 1
        if self.depth > 1:
            return
        if element.getroottree().docinfo.doctype:
            raise HosoError("HS3001", file=self.file)
        name = etree.QName(element).localname
        if name not in (ROOT, CHECK_IN_ROOT):
            raise HosoError("HS3003", file=self.file, root=name[:60])
        self.check_in = name == CHECK_IN_ROOT

    def ended(self, element: Any) -> Iterator[RawVisit]:
        self.depth -= 1
        name = etree.QName(element).localname
        if name in ("MACSKCB", "NGAYLAP", "SOLUONGHOSO") and not self.check_in:
            self.header_values[name] = (element.text or "").strip()
        elif name == "HOSO" and not self.check_in:
            yield self._visit(element, _parts(element))
            _forget(element)
        elif self.check_in and self.depth == 0:
            yield self._visit(element, [Part("XML0", etree.tostring(element, encoding="utf-8"))])

    def _visit(self, element: Any, parts: list[Part]) -> RawVisit:
        self.count += 1
        return RawVisit(_header(self.header_values), self.count, parts)


def _header(values: dict[str, str]) -> PackageHeader:
    count = values.get("SOLUONGHOSO", "")
    return PackageHeader(
        values.get("MACSKCB", ""), _day(values.get("NGAYLAP", "")), int(count) if count.isdecimal() else None
    )


def _parts(visit: Any) -> list[Part]:
    parts: list[Part] = []
    for file in visit.iterfind("{*}FILEHOSO"):
        name = (file.findtext("{*}LOAIHOSO") or "").strip().upper()
        content = file.find("{*}NOIDUNGFILE")
        if content is not None and len(parts) < MAX_PARTS:
            parts.append(Part(name, _content(content)))
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
