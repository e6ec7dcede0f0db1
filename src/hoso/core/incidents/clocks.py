"""The law's clocks of an incident: which duties its kinds bring, and until when (definitions/security/incident_clocks.yaml)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError

State = Literal["open", "late", "done", "done_late"]


@dataclass(frozen=True)
class Duty:
    """One thing to do until `due`; `flow` says to which of the two laws it belongs, `form` the form it goes on."""

    key: str
    vi: str
    en: str
    to_vi: str
    to_en: str
    flow: str
    form: str
    source: str
    evidence: str
    due: datetime
    done_at: datetime | None

    def state(self, now: datetime) -> State:
        if self.done_at:
            return "done_late" if self.done_at > self.due else "done"
        return "late" if now > self.due else "open"


def duties(kinds: Collection[str], found_at: datetime, done: Mapping[str, datetime]) -> list[Duty]:
    """What an incident of these kinds obliges to, the nearest first. Raises HosoError HS9030 for an unknown kind."""
    check_kinds(kinds)
    found = [
        Duty(
            **{name: str(entry[name]) for name in Duty.__dataclass_fields__ if name in entry},
            due=found_at + timedelta(hours=entry["hours"]),
            done_at=done.get(entry["key"]),
        )
        for entry in _definition()["duties"]
        if set(entry["kinds"]) & set(kinds)
    ]
    return sorted(found, key=lambda duty: duty.due)


def check_kinds(kinds: Iterable[str]) -> None:
    known = [entry["key"] for entry in _definition()["kinds"]]
    for kind in kinds:
        if kind not in known:
            raise HosoError("HS9030", value=kind[:40], allowed=", ".join(known))


@cache
def _definition() -> dict[str, Any]:
    return read_definition(definitions_folder() / "security" / "incident_clocks.yaml")
