"""Reports as they stood when they were approved. The figures, signers and version are written by the database itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hoso.engines.statistics.approval.reports import ReportKey
from hoso.engines.statistics.forms import form_of
from hoso.engines.statistics.printed.sheet import words_of


@dataclass(frozen=True, slots=True)
class Signed:
    """Who handed in or approved; `state` is what the report became."""

    kind: str
    state: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version, as the last tier that approved it left it. `words` is '' of a data set that has no form."""

    version: int
    state: str
    words: str
    figures: Mapping[str, str]
    signed: tuple[Signed, ...]
    sha256: str

    @property
    def at(self) -> datetime:
        return self.signed[-1].at


def freeze(cursor: Any, key: ReportKey, step: int) -> None:
    """Keep the report as it stands with the approval that was just given, in the same transaction."""
    form = form_of(key.data_set.uid)
    words = words_of(form, key.unit, key.period).as_text() if form else ""
    cursor.execute("INSERT INTO statistics_frozen_report (step_id, words) VALUES (%s, %s)", [step, words])


def frozen_copies(cursor: Any, key: ReportKey) -> list[Frozen]:
    """Every copy within the actor's reach, the first one first: one for each approval."""
    cursor.execute(
        "SELECT f.version, f.state, f.words, f.figures, f.steps, f.sha256"
        " FROM statistics_frozen_report f JOIN statistics_period p ON p.id = f.period_id"
        " WHERE f.data_set_id = %s AND p.iso = %s AND f.unit_id = %s ORDER BY f.step_id",
        key.columns,
    )
    return [
        Frozen(version, state, words, json.loads(figures), read_signed(steps), sha256)
        for version, state, words, figures, steps, sha256 in cursor.fetchall()
    ]


def last_of_each(copies: Sequence[Frozen]) -> dict[int, Frozen]:
    """By version the copy with all the approvals that it got."""
    return {one.version: one for one in copies}


def read_signed(text: str) -> tuple[Signed, ...]:
    """Of the JSON that statistics_round_of writes."""
    return tuple(Signed(kind, state, actor, datetime.fromisoformat(at)) for kind, state, actor, at in json.loads(text))
