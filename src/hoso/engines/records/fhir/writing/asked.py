"""One interaction that writes, as it was asked and as it was answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hoso.core.errors import HosoError
from hoso.engines.records.fhir.validation import Issue
from hoso.engines.records.reading import StoredResource

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
METHODS: tuple[Method, ...] = ("POST", "PUT", "PATCH", "DELETE")


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


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it. `resource` is the current version, None where nothing was there to delete."""

    status: int
    type_name: str
    id: str
    version: int
    at: datetime | None
    resource: StoredResource | None


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
