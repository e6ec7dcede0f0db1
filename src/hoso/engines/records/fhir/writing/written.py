"""A received resource as the store takes it, and as it lies there."""

from dataclasses import dataclass
from datetime import datetime

from hoso.engines.records.drafts import Draft
from hoso.engines.records.fhir.search.index_rows import index_rows
from hoso.engines.records.fhir.writing.asked import Kept
from hoso.engines.records.fhir.writing.received import Received
from hoso.engines.records.reading import StoredResource


@dataclass(slots=True)
class Written(Draft):
    """Its bytes are the sender's: nothing in them stands for something else."""

    def for_patient(self, patient_id: str) -> bytes:
        return self.body

    @classmethod
    def of(cls, id_: str, received: Received, when: datetime, kept: Kept) -> "Written":
        return cls(
            received.type_name,
            id_,
            0,
            0,
            when,
            received.sensitivity,
            received.body,
            index_rows(received.type_name, received.content),
            received.meta,
            kept.version,
            kept.last_updated,
        )


def as_stored(draft: Draft, version: int, at: datetime, encounter: str | None) -> StoredResource:
    return StoredResource(
        draft.type, draft.id, version, draft.last_updated or at, draft.happened, encounter, draft.sensitivity, 0, 0, False, draft.body,
        draft.meta,
    )  # fmt: skip
