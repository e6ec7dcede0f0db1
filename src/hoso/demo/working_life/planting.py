"""What planted cases are made with: moments on duty and off it, and whom somebody might look up."""

from collections import defaultdict
from datetime import datetime, timedelta

from hoso.demo.working_life.population import hospital_of
from hoso.demo.working_life.rota import moment
from hoso.demo.working_life.world import Account, Event, Person, Planted, Shift, World

CLINICAL = ("doctor", "nurse")
SETTLED = 0.25  # of the time passes before anything is planted, so that what is usual can be known


class Planting:
    """A world and the cases planted in it."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.duty: dict[int, list[Shift]] = defaultdict(list)
        begin = moment(world.settings.start + timedelta(days=int(world.settings.days * SETTLED)), 0)
        for shift in world.shifts:
            if shift.kind == "duty" and shift.first >= begin:
                self.duty[shift.account].append(shift)
        self.own: dict[int, set[int]] = defaultdict(set)
        for fact in world.facts:
            if fact.account and fact.person:
                self.own[fact.account].add(fact.person)

    def somebody(self, *roles: str) -> Account:
        """An account without a planted case, with shifts left."""
        return self.world.unused([one for one in self.world.of_role(*roles) if len(self.duty[one.id]) > 5])

    def case(self, kind: str, intensity: str, events: list[Event]) -> None:
        self.world.planted.append(Planted(len(self.world.planted) + 1, kind, intensity, events))

    def moments(self, account: Account, count: int, over: int) -> list[datetime]:
        """Moments on duty, spread over so many shifts."""
        shifts = self.rng.sample(self.duty[account.id], min(over, len(self.duty[account.id])))
        return sorted(self._within(self.rng.choice(shifts)) for _ in range(count))

    def one_day(self, account: Account, count: int) -> list[datetime]:
        return self.moments(account, count, 1)

    def series(self, account: Account, count: int, seconds: float) -> list[datetime]:
        """Moments one after the other."""
        first = self.rng.choice(self.duty[account.id]).first + timedelta(hours=self.rng.uniform(0.5, 5))
        return [first + timedelta(seconds=seconds * n * self.rng.uniform(0.9, 1.1)) for n in range(count)]

    def off_duty(self, account: Account, count: int, over: int) -> list[datetime]:
        """Moments in nights that are nobody's shift."""
        worked = {day for shift in self.duty[account.id] for day in (shift.first.date(), shift.last.date())}
        first = int(self.world.settings.days * SETTLED)
        days = [self.world.settings.start + timedelta(days=n) for n in range(first, self.world.settings.days)]
        free = [day for day in days if day not in worked] or days
        nights = self.rng.sample(free, min(over, len(free)))
        return sorted(moment(self.rng.choice(nights), self.rng.uniform(1, 5)) for _ in range(count))

    def _within(self, shift: Shift) -> datetime:
        return shift.first + timedelta(seconds=self.rng.uniform(600, (shift.last - shift.first).total_seconds() - 600))

    def strangers(self, account: Account, pool: list[Person], count: int) -> list[Person]:
        """Of the pool, not the account's own patients nor its own person; again from the beginning where too few are left.

        Who works at no hospital has an empty pool: then anybody may be the stranger."""
        pool = pool or self.world.persons
        left = [one for one in pool if one.id not in self.own[account.id] and one.id != account.person] or pool
        return [left[n % len(left)] for n in range(count)] if len(left) < count else self.rng.sample(left, count)

    def colleagues(self, account: Account) -> list[Person]:
        return [one for one in self.world.persons if one.staff_of == account.facility]

    def relatives(self, account: Account) -> list[Person]:
        """The household; of who lives alone, those of the same name in the same commune, or the neighbours."""
        own = self.world.persons[(account.person or 1) - 1]
        home = [one for one in self.world.households[own.household] if one.id != own.id]
        neighbours = [
            one for one in self.world.persons if one.commune == own.commune and one.household != own.household
        ]
        return home or [one for one in neighbours if one.surname == own.surname] or neighbours

    def dead(self) -> list[Person]:
        before = self.world.settings.start - timedelta(days=60)
        return [one for one in self.world.persons if one.died and one.died < before]

    def of_hospital(self, account: Account, own: bool = True) -> list[Person]:
        return [one for one in self.world.persons if (hospital_of(self.world, one) == account.facility) is own]

    def looks(self, account: Account, times: list[datetime], persons: list[Person], **more: object) -> list[Event]:
        return [self.world.act(account, at, who, **more) for at, who in zip(times, persons, strict=True)]
