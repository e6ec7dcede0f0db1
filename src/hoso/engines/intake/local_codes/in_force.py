"""Whether the catalogue in force on a day has a code: asked for every line of every visit, so it is remembered."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.db import connection

from hoso.core.errors import HosoError
from hoso.core.terminology.queries import Version, version_at, versions
from hoso.engines.intake.local_codes.kinds import Kind, kinds

Span = tuple[date | None, date | None]


def catalogue_at(kind: Kind, day: date) -> Version | None:
    """The version by which codes of this kind are judged; None where there is no catalogue with codes in it."""
    try:
        version = version_at(kind.catalogue, day)
    except HosoError:  # HS6006: nobody has loaded it
        return None
    return version if spans_of(version) else None


def knows(kind: Kind, version: Version, code: str, day: date) -> bool:
    """Whether the version has the code on that day, with or without what says how a service was done."""
    spans = spans_of(version)
    for one in (code, code.partition(kind.suffix)[0]) if kind.suffix else (code,):
        span = spans.get(one)
        if span is not None and (span[0] is None or span[0] <= day) and (span[1] is None or day < span[1]):
            return True
    return False


@lru_cache(maxsize=32)
def spans_of(version: Version) -> dict[str, Span]:
    """Every code of a published version with its own days, where they are narrower."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, valid_from, valid_to FROM terminology_concept WHERE version_id = %s", [version.id])
        return {code: (first, last) for code, first, last in cursor.fetchall()}


def catalogues_at(day: date) -> dict[str, Version]:
    """The catalogues by which a visit of that day is counted, by kind; a kind without one is left out."""
    found = ((kind.key, catalogue_at(kind, day)) for kind in kinds().values())
    return {key: version for key, version in found if version}


def judged_by(catalogues: Mapping[str, Version]) -> str:
    """These catalogues in one word that changes when one of them does."""
    return ",".join(f"{key}:{version.id}" for key, version in catalogues.items())


def spells() -> list[tuple[date, date, str]]:
    """(first day, day after the last, `judged_by`) of every spell in which the same catalogues are in force."""
    starts = {date.min}
    for kind in kinds().values():
        try:
            starts |= {version.valid_from for version in versions(kind.catalogue)}
        except HosoError:
            continue
    days = sorted(starts)
    return [
        (day, following, judged_by(catalogues_at(day)))
        for day, following in zip(days, [*days[1:], date.max], strict=True)
    ]
