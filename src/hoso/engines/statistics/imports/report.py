"""What became of an import: true counts, and for each row that was not taken what is wrong with it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from hoso.core.errors import HosoError, Language

Status = Literal["SUCCESS", "WARNING", "ERROR"]

CONFLICTS_TOLD = 1000  # kinds of conflict; beyond it rows are still counted and listed by index
INDEXES_TOLD = 10_000

# The codes of DHIS2 and our own message for each; the third says whether a whole report falls with it. Where
# DHIS2 has no code, ours stands.
CODES: dict[str, tuple[str, str, bool]] = {
    "E8011": ("HS7011", "orgUnit", True),
    "E8020": ("HS7012", "dataElement", True),
    "E8021": ("HS7013", "period", True),
    "E8022": ("HS7014", "orgUnit", True),
    "E8023": ("HS7015", "attributeOptionCombo", True),
    "E8024": ("HS7016", "categoryOptionCombo", True),
    "HS7017": ("HS7017", "dataSet", True),
    "E8030": ("HS7018", "period", True),
    "E8031": ("HS7019", "orgUnit", True),
    "E8033": ("HS7044", "orgUnit", False),
    "E8120": ("HS7020", "value", False),
    "E8122": ("HS7021", "value", False),
    "E8125": ("HS7022", "comment", False),
    "E8128": ("HS7023", "dataElement", True),
    "HS7024": ("HS7024", "value", False),
    "HS7047": ("HS7047", "completeDate", True),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a cell instead of what its writer had seen: nothing where `value` is empty; who wrote it and when."""

    value: str = ""
    actor: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class Conflict:
    """One kind of mistake about one thing, and the rows that have it."""

    code: str
    object: str
    indexes: list[int] = field(default_factory=list)

    @property
    def about(self) -> str:
        """Which field of the row is wrong, in the names of DHIS2."""
        return CODES[self.code][1]

    @property
    def error(self) -> HosoError:
        """The mistake in the words of the catalogue."""
        return HosoError(CODES[self.code][0], object=self.object)


@dataclass(slots=True)
class ImportReport:
    """Counts of rows. `unchanged` rows were there already, word for word; DHIS2 counts them as updated."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: int = 0
    deleted: int = 0
    completed: bool = False
    dry_run: bool = False
    act_id: int | None = None
    refused_whole: bool = False  # a whole report, or the payload
    repeated: bool = False  # this very sending had arrived before: nothing was done again
    standing: Standing | None = None  # the cell holds something else than its writer had seen: nothing was written
    conflicts: dict[tuple[str, str], Conflict] = field(default_factory=dict)
    rejected: list[int] = field(default_factory=list)

    def note(self, code: str, thing: str, index: int) -> None:
        """Say of a row what is wrong with it."""
        thing = thing[:200]
        if len(self.conflicts) >= CONFLICTS_TOLD and (code, thing) not in self.conflicts:
            thing = "…"
        found = self.conflicts.setdefault((code, thing), Conflict(code, thing))
        if len(found.indexes) < INDEXES_TOLD:
            found.indexes.append(index)

    @property
    def taken(self) -> int:
        return self.imported + self.updated + self.unchanged + self.deleted

    @property
    def status(self) -> Status:
        """ERROR where nothing was taken, or a whole report was refused; WARNING where single rows were left out."""
        if not self.conflicts:
            return "SUCCESS"
        return "ERROR" if self.refused_whole or not self.taken else "WARNING"

    def as_dhis2(self, language: Language = "en") -> dict[str, Any]:
        """DHIS2's ImportSummary: the message stands in `value`."""
        told = {
            "SUCCESS": "Import process completed successfully",
            "WARNING": "Import process completed, some values were left out",
            "ERROR": "Import process failed or refused whole reports; see conflicts",
        }
        return {
            "responseType": "ImportSummary",
            "status": self.status,
            "description": told[self.status],
            "importCount": {
                "imported": self.imported,
                "updated": self.updated + self.unchanged,
                "ignored": self.ignored,
                "deleted": self.deleted,
            },
            "conflicts": [
                {
                    "object": one.object,
                    "objects": {one.about: one.object},
                    "value": one.error.message(language),
                    "errorCode": one.code,
                    "property": one.about,
                    "indexes": one.indexes,
                }
                for one in self.conflicts.values()
            ],
            "rejectedIndexes": sorted(self.rejected)[:INDEXES_TOLD],
            "dataSetComplete": "true" if self.completed else "false",
        }


def refused_summary(error: HosoError, language: Language = "en") -> dict[str, Any]:
    """The ImportSummary of an import that could not be done at all: why, and that no row was taken."""
    return {
        **ImportReport().as_dhis2(),
        "status": "ERROR",
        "description": f"{error.message(language)} {error.what_to_do(language)}",
        "errorCode": error.code,
    }
