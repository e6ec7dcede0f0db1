"""Generated packages put together into larger ones, without ever holding a large one in memory."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from hoso.demo.packages import COMMENT
from hoso.demo.settings import GeneratedPackage
from hoso.demo.tables import DECLARATION

_BEGIN, _END = b"<DANHSACHHOSO>\n", b"</DANHSACHHOSO>"


def claims_of(package: GeneratedPackage) -> bytes:
    """The HOSO elements of a generated package as they stand there."""
    return package.content.split(_BEGIN, 1)[1].rsplit(_END, 1)[0]


def write_envelope(path: Path, facility: str, made: date, claims: Iterable[bytes]) -> int:
    """Write one package around these HOSO elements; returns its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        for part in _parts(facility, made, claims):
            target.write(part)
        return target.tell()


def _parts(facility: str, made: date, claims: Iterable[bytes]) -> Iterator[bytes]:
    head = (
        f"{DECLARATION}{COMMENT}<GIAMDINHHS>\n<THONGTINDONVI><MACSKCB>{facility}</MACSKCB></THONGTINDONVI>\n"
        f"<THONGTINHOSO><NGAYLAP>{made:%Y%m%d}</NGAYLAP>"
    )
    yield head.encode() + _BEGIN
    yield from claims
    yield _END + b"</THONGTINHOSO>\n<CHUKYDONVI></CHUKYDONVI>\n</GIAMDINHHS>\n"
