"""Who may act for a person (``definitions/access/representatives.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from hoso.core.definitions import definitions_folder, read_definition

Copy = Literal["full", "summary"]


@dataclass(frozen=True, slots=True)
class Representative:
    """A kind of representative; `copy` is the copy of the record it may get (Luật KCB 15/2023 Đ69.4d, 4đ)."""

    key: str
    title_vi: str
    title_en: str
    for_children: bool
    copy: Copy


@cache
def representatives() -> Mapping[str, Representative]:
    """Every kind under its key."""
    given = read_definition(definitions_folder() / "access" / "representatives.yaml")["representatives"]
    return MappingProxyType({entry["key"]: Representative(**entry) for entry in given})
