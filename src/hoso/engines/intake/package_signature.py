"""The facility's signature over a package (CHUKYDONVI), where there is one: told as a remark on the whole, it refuses nothing.

That it is needed from 2026-01-01 (NĐ 188/2025 art. 69.9) and what form it has are known from secondary sources only, so a
package without one is taken in without a word.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.documents.signing.authority import signing_authority
from hoso.engines.documents.signing.xml_checking import MOST_BYTES, check_xml
from hoso.engines.documents.signing.xml_signature import DSIG

CHUNK = 1024 * 1024


def signature_remarks(digest: bytes) -> list[dict[str, Any]]:
    """Coded remarks: HS3448 where it holds, HS3446 where it does not, HS3447 where its signer is unknown. Nothing where the
    house believes no authority, for a ZIP, or for a package over 64 MB."""
    authority = signing_authority()
    if authority is None:
        return []
    with closing(open_original(digest)) as stream:
        if not _names_a_signature(stream):
            return []
        stream.seek(0)
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return []
    try:
        found = check_xml(content, authority)
    except HosoError:
        return [HosoError("HS3446").as_dict()]
    if not found.intact:
        return [HosoError("HS3446").as_dict()]
    words = {"signer": found.signer[:100], "issuer": found.issuer[:100]}
    return [HosoError("HS3448" if found.believed else "HS3447", **words).as_dict()]


def _names_a_signature(stream: BinaryIO) -> bool:
    """Whether the file speaks of XML signatures at all; most do not, and are not parsed a second time."""
    wanted, before = DSIG.encode(), b""
    for chunk in _chunks(stream):
        if not before and chunk.startswith(b"PK"):
            return False
        if wanted in before + chunk:
            return True
        before = chunk[-len(wanted) :]
    return False


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk
