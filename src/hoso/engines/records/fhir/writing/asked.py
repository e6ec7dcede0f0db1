"""One interaction that writes, as it was asked and as it was answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.validation import Issue
from hoso.engines.records.reading import StoredResource

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
METHODS: tuple[Method, ...] = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Kept:
    """Version and date that an import keeps; 0 and None: given by the server."""

    version: int = 0
    last_updated: datetime | None = None


@dataclass(slots=True)
class Wanted:
    """`id` is empty where the server gives it or a search finds it. `query` is the search of a conditional update, patch
    or delete, `if_none_exist` that of a conditional create."""

    method: Method
    type_name: str
    id: str = ""
    body: bytes = b""
    query: str | None = None
    if_match: int | None = None
    if_none_match: bool = False  # If-None-Match: *
    if_none_exist: str | None = None
    full_url: str = ""
    patch_kind: str = ""  # json-patch or fhirpath of a PATCH
    place: str = ""  # where it stands in a bundle: Bundle.entry[3]
    kept: Kept = Kept()
    as_sent: bool = False  # references stay as they are, conditional ones too
    only_new: bool = False  # what is there already and says something else is left as it is, and refused


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it. `resource` is the current version, None where nothing was there to delete."""

    status: int
    type_name: str
    id: str
    version: int
    at: datetime | None
    resource: StoredResource | None
    written: bool = True  # False: it was there already, just so


class Refused(HosoError):
    """A coded refusal with the place in the bundle it is about."""

    def __init__(self, code: str, place: str = "", **params: object) -> None:
        super().__init__(code, **params)
        self.place = place


class NotValid(HosoError):
    """HS5137: the resource breaks FHIR's definitions; `issues` say where."""

    def __init__(self, place: str, issues: list[Issue]) -> None:
        super().__init__("HS5137", count=len(issues))
        self.place = place
        self.issues = issues
