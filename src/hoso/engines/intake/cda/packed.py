"""A CDA document that came as a package: by command, upload, folder or API of the intake."""

from contextlib import closing
from typing import Protocol

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.core.files.originals import open_original
from hoso.engines.intake.cda.filing import take_document
from hoso.engines.intake.cda.ledger import From
from hoso.engines.intake.cda.reading import MAX_BYTES, is_cda

PURPOSE = "record_keeping"


class Packed(Protocol):
    """What is needed of a package's row."""

    @property
    def id(self) -> int: ...
    @property
    def sha256(self) -> bytes: ...
    @property
    def file_name(self) -> str: ...
    @property
    def sender_id(self) -> int: ...
    @property
    def may_send_for(self) -> list[int] | None: ...


def is_document(sha256: bytes) -> bool:
    """Whether the original is a CDA document; it is known by its root."""
    with closing(open_original(sha256)) as stream:
        return is_cda(stream)


def take_packed_document(package: Packed, actor: Actor) -> None:
    """Raises what `take_document` raises. A sender of one facility sends as that facility."""
    with closing(open_original(package.sha256)) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise HosoError("HS5191", file=package.file_name, limit=f"{MAX_BYTES // 1024 // 1024} MB")
    own = package.may_send_for or []
    sender = From(package.sender_id, own[0] if len(own) == 1 else 0, package.id)
    take_document(actor, PURPOSE, content, sender, package.file_name)
