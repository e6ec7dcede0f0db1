"""Visits that are filed, prepared once more from the kept original of their package."""

from dataclasses import dataclass
from datetime import datetime

from hoso.core.access.actor import Actor
from hoso.engines.intake.kept import kept_visits
from hoso.engines.intake.packages import load_package
from hoso.engines.intake.preparing import PreparedVisit, prepare


@dataclass(frozen=True, slots=True)
class FiledVisit:
    """A visit as it is filed now: its key, the sending it came with, and the date its ids hang on."""

    facility_id: int
    facility_code: str
    ma_lk: str
    package_id: int
    ordinal: int
    id_date: datetime


def prepare_filed(service: Actor, batch: list[FiledVisit]) -> dict[int, PreparedVisit]:
    """The visits of one package by their place in it. Rules that came later keep none of them out."""
    package = load_package(batch[0].package_id, service)
    raws = kept_visits(package.sha256, package.file_name, {one.ordinal for one in batch})
    return {one.ordinal: prepare(raws[one.ordinal], package.stated_version, one.id_date, filed=True) for one in batch}
