"""The facilities of the synthetic province and the people who sign for them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

HOSPITAL_KINDS = ("provincial_hospital", "district_hospital")


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility; `style` says how it writes NOIDUNGFILE: base64, inline or cdata."""

    code: str
    name: str
    kind: str
    commune_code: str
    province_code: str
    registered_share: int
    style: str

    @property
    def is_hospital(self) -> bool:
        return self.kind in HOSPITAL_KINDS

    @property
    def is_station(self) -> bool:
        return self.kind == "commune_station"

    @property
    def writes_capitals(self) -> bool:
        """Hospitals here write names in capitals; the others as on the identity card."""
        return self.is_hospital

    def licence(self, staff: int) -> str:
        """Practice licence of one of the staff; the numbers do not exist."""
        return f"{self.code}{staff:02d}/SYN-GPHN"

    @property
    def head_insurance_number(self) -> str:
        """Social-insurance number of the head, used for MA_TTDV before QĐ 3176."""
        return f"8099{self.code}9"


@cache
def facilities() -> Sequence[Facility]:
    """All facilities, largest first."""
    with (files("hoso.demo") / "data" / "facilities.csv").open(encoding="utf-8") as lines:
        return [Facility(**{**row, "registered_share": int(row["registered_share"])}) for row in csv.DictReader(lines)]  # type: ignore[arg-type]


@cache
def hospitals() -> Sequence[Facility]:
    return [facility for facility in facilities() if facility.is_hospital]


def provincial_hospital() -> Facility:
    return facilities()[0]
