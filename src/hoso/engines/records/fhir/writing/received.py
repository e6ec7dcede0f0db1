"""A resource as it arrived, made ready for the store: looked at, its id and meta taken off, its labels found."""

from dataclasses import dataclass
from typing import Any

import msgspec

from hoso.core.access.labels import labels
from hoso.engines.records.fhir.validation import Issue, checked
from hoso.engines.records.fhir.writing.asked import NotValid, Refused
from hoso.engines.records.fhir.writing.content_labels import mask_of_content
from hoso.engines.records.fhir.writing.members import without
from hoso.engines.records.fhir.writing.owners import Named, named_patients
from hoso.engines.records.reading import LABEL_SYSTEM

_OWN = frozenset({"id", "meta"})
_SERVERS = ("versionId", "lastUpdated")


@dataclass(slots=True)
class Received:
    """`body` and `meta` are what is stored; `content` is the whole resource for whoever asks it something."""

    type_name: str
    given_id: str
    content: dict[str, Any]
    body: bytes
    meta: bytes
    sensitivity: int
    patients: tuple[Named, ...]  # whom it names as the one it is about


def receive(body: bytes, type_name: str, place: str = "") -> Received:
    """Check a resource and take it apart. Raises NotValid, or Refused HS5121 where it is of another type."""
    content, issues = checked(body)
    if issues:
        raise NotValid(place, issues)
    if content["resourceType"] != type_name:
        raise Refused("HS5121", place, type=type_name, given=content["resourceType"])
    stored, taken = without(body, _OWN) if "id" in content or "meta" in content else (body, {})
    meta, mask = _meta(content.get("meta", {}), place) if "meta" in taken else (b"", 0)
    return Received(
        type_name, content.get("id", ""), content, stored.strip(), meta, mask | mask_of_content(type_name, content),
        named_patients(type_name, content),
    )  # fmt: skip


def _meta(given: dict[str, Any], place: str) -> tuple[bytes, int]:
    """What is kept of a sender's meta, and the labels it asks for in the house's own system."""
    kept = {name: value for name, value in given.items() if name.removeprefix("_") not in _SERVERS}
    mask = 0
    foreign = []
    for coding in kept.pop("security", ()):
        if coding.get("system") != LABEL_SYSTEM:
            foreign.append(coding)
        elif coding.get("code") in labels():
            mask |= labels()[coding["code"]].mask
        else:
            raise NotValid(place, [Issue("code-invalid", "HS5104", "meta.security", str(coding.get("code")))])
    if foreign:
        kept["security"] = foreign
    return (msgspec.json.encode(kept) if kept else b""), mask
