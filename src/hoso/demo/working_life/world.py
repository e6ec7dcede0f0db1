"""The tables of a working life while it is made, and as files: what happened, what explains it, and the truth apart."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any

from hoso.demo.working_life.settings import Settings


@dataclass(slots=True)
class Person:
    """Somebody with a record. `surname` is a number, as names are nothing that oversight needs; `staff_of`: works there."""

    id: int
    surname: int
    household: int
    commune: int
    died: date | None = None
    vip: bool = False
    staff_of: int | None = None


@dataclass(slots=True)
class Account:
    """Who signs in. `ward` is empty outside wards; `commune`: of the home or the station."""

    id: int
    role: str
    tier: str
    facility: int | None
    ward: str
    person: int | None
    commune: int | None
    starts: date
    ends: date | None = None


@dataclass(slots=True)
class Event:
    """One act, as a system tells it. `site`: the facility whose terminal was used; `channel`: app, portal, db or figures."""

    moment: datetime
    account: int
    person: int | None = None
    facility: int | None = None
    action: str = "read"
    object: str = "record"
    outcome: str = "done"
    sensitive: bool = False
    break_glass: bool = False
    found: int = 1
    address: str = ""
    site: int | None = None
    channel: str = "app"


@dataclass(slots=True)
class Fact:
    """Something written down that may explain an access: of whom, by whom, where, from when to when."""

    kind: str
    first: datetime
    last: datetime
    account: int | None = None
    person: int | None = None
    facility: int | None = None
    ward: str = ""
    household: int | None = None


@dataclass(slots=True)
class Shift:
    """A line of the rota. `kind`: duty or on_call."""

    account: int
    facility: int | None
    ward: str
    first: datetime
    last: datetime
    kind: str = "duty"


@dataclass(slots=True)
class Planted:
    """One misuse, or one look-alike (`intensity` benign), with its events."""

    id: int
    kind: str
    intensity: str
    events: list[Event] = field(default_factory=list)


class World:
    """Everything of one working life. `busy` is the share of staff already used for a planted case: one case an account."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rng = Random(settings.seed)
        self.persons: list[Person] = []
        self.accounts: list[Account] = []
        self.events: list[Event] = []
        self.facts: list[Fact] = []
        self.shifts: list[Shift] = []
        self.planted: list[Planted] = []
        self.busy: set[int] = set()
        self.households: dict[int, list[Person]] = {}

    @property
    def end(self) -> date:
        return self.settings.start + timedelta(days=self.settings.days)

    def account(self, role: str, tier: str, facility: int | None, ward: str = "", **more: object) -> Account:
        made = Account(len(self.accounts) + 1, role, tier, facility, ward, None, None, self.settings.start)
        for name, value in more.items():
            setattr(made, name, value)
        self.accounts.append(made)
        return made

    def of_role(self, *roles: str) -> list[Account]:
        return [one for one in self.accounts if one.role in roles]

    def unused(self, choices: Sequence[Account]) -> Account:
        """One that has no planted case yet and stays for the whole time; a used one where all are."""
        free = [one for one in choices if one.id not in self.busy and one.ends is None] or list(choices)
        chosen = self.rng.choice(free)
        self.busy.add(chosen.id)
        return chosen

    def act(self, account: Account, at: datetime, person: Person | None = None, **more: object) -> Event:
        """An act from the account's usual terminal."""
        event = Event(at, account.id, person.id if person else None, account.facility, site=account.facility,
                      address=f"10.{account.facility or 0}.{len(account.ward)}.{account.id % 250}")  # fmt: skip
        for name, value in more.items():
            setattr(event, name, value)
        self.events.append(event)
        return event

    def write(self, folder: Path) -> None:
        """accounts.csv, persons.csv, events.csv (in order of time, numbered), facts.csv, shifts.csv; truth.csv with the numbers
        of the events of every planted case, which no detector is given."""
        folder.mkdir(parents=True, exist_ok=True)
        self.events.sort(key=lambda one: (one.moment, one.account, one.person or 0))
        _table(folder / "persons.csv", Person, self.persons)
        _table(folder / "accounts.csv", Account, self.accounts)
        _table(folder / "facts.csv", Fact, self.facts)
        _table(folder / "shifts.csv", Shift, self.shifts)
        _table(folder / "events.csv", Event, self.events, numbered=True)
        numbers = {id(event): number for number, event in enumerate(self.events, 1)}
        with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["case", "kind", "intensity", "event"])
            for one in self.planted:
                rows.writerows([one.id, one.kind, one.intensity, numbers[id(event)]] for event in one.events)


def _table(path: Path, shape: Any, rows: Iterable[object], numbered: bool = False) -> None:
    names = [one.name for one in fields(shape)]
    values = attrgetter(*names)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([*["id"] * numbered, *names])
        out.writerows((number, *values(row)) if numbered else values(row) for number, row in enumerate(rows, 1))
