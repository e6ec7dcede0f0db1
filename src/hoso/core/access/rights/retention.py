"""How long the law keeps a record (``definitions/access/retention.yaml``): while that runs, nothing of it is deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from hoso.core.access.consent.ages import birthday
from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """A kind of record; `start` says what its years count from."""

    key: str
    years: int
    start: str  # last_visit or death
    title_vi: str
    title_en: str


@cache
def retention_classes() -> tuple[RetentionClass, ...]:
    given = read_definition(definitions_folder() / "access" / "retention.yaml")["classes"]
    return tuple(
        RetentionClass(one["key"], one["years"], one["from"], one["title_vi"], one["title_en"]) for one in given
    )


def retained_until(last_visit: date | None, died: date | None, classes: Iterable[str] = ("visit",)) -> date | None:
    """The first day on which the record may go; the longest of the classes that fit, None where nothing is kept.

    A record of one who died is of the class `death`, and the health book counts from there as well.
    """
    wanted = set(classes) | ({"death", "health_book"} if died else set())
    starts = {"last_visit": last_visit, "death": died}
    ends = [
        birthday(start, one.years)
        for one in retention_classes()
        if one.key in wanted and (start := starts[one.start]) is not None
    ]
    return max(ends, default=None)
