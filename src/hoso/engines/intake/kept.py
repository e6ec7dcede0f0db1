"""Visits out of the kept original of their package."""

from collections.abc import Collection
from contextlib import closing

from hoso.core.files.originals import open_original
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.sent import RawVisit


def kept_visits(sha256: bytes, file_name: str, ordinals: Collection[int]) -> dict[int, RawVisit]:
    """The visits with these numbers as they were sent; reads no further than the last of them."""
    with closing(open_original(sha256)) as stream:
        found: dict[int, RawVisit] = {}
        for raw in read_package(stream, file_name):
            if raw.ordinal in ordinals:
                found[raw.ordinal] = raw
            if len(found) == len(ordinals):
                break
        return found
