"""A day of care: reception, doctors, nurses, laboratory, pharmacy, claims; stations, programmes, households, campaigns."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from hoso.demo.working_life.population import hospital_of
from hoso.demo.working_life.rota import moment
from hoso.demo.working_life.world import Account, Fact, Person, Shift, World

OUTPATIENTS = (8, 16)  # of one doctor a day
DAY = timedelta(days=1)


class Care:
    """Fills the days of a world. `lying`: who lies in which ward; `due`: claims that are to be worked on, by day."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, world.rng
        self.by_id: Mapping[int, Account] = {one.id: one for one in world.accounts}
        self.at_hospital: dict[int, list[Person]] = defaultdict(list)
        self.in_commune: dict[int, list[Person]] = defaultdict(list)
        for person in world.persons:
            self.at_hospital[hospital_of(world, person)].append(person)
            self.in_commune[person.commune].append(person)
        self.lying: dict[tuple[int, str], list[tuple[Person, date]]] = defaultdict(list)
        self.due: dict[date, list[tuple[int, Person]]] = defaultdict(list)
        self.seen: dict[int | None, list[Person]] = defaultdict(list)

    def day(self, day: date, shifts: list[Shift]) -> None:
        here: dict[tuple[int | None, str], list[Shift]] = defaultdict(list)
        for shift in shifts:
            here[shift.facility, self.by_id[shift.account].role].append(shift)
            self._sign_in(shift)
        for shift in shifts:
            account = self.by_id[shift.account]
            if account.role == "doctor":
                self._outpatients(day, shift, account, here)
            elif account.role == "nurse":
                self._round(shift, account)
            elif account.role == "station_nurse":
                self._station(day, shift, account)
        self._claims(day, here)
        for key, patients in self.lying.items():
            self.lying[key] = [one for one in patients if one[1] > day]

    def merge_wards(self, into: Mapping[str, str]) -> None:
        """Staff and patients of closed wards go to others; what was written down before names the old ward."""
        for account in self.world.accounts:
            account.ward = into.get(account.ward, account.ward)
        for facility, ward in [key for key in self.lying if key[1] in into]:
            self.lying[facility, into[ward]] += self.lying.pop((facility, ward))

    def _sign_in(self, shift: Shift) -> None:
        account = self.by_id[shift.account]
        at = shift.first + timedelta(minutes=self.rng.uniform(0, 20))
        if self.rng.random() < 0.03:
            self.world.act(account, at - timedelta(seconds=20), action="sign-in", object="", outcome="refused")
        self.world.act(account, at, action="sign-in", object="")

    def _read(self, account: Account, person: Person, at: datetime, **more: object) -> None:
        """A read that belongs to the work; some others come with it whose reason nobody wrote down."""
        if person.id == account.person:  # nobody treats oneself
            return
        self.world.act(account, at, person, **more)
        chance = self.rng.random()
        seen = self.seen[account.facility]
        if chance < self.world.settings.unlinked and seen:
            self.world.act(account, at + timedelta(minutes=3), self.rng.choice(seen[-100:]))
        elif chance > 1 - self.world.settings.stray:
            self.world.act(account, at + timedelta(minutes=4), self.rng.choice(self.in_commune[account.commune or 0]))

    def _patient(self, pool: list[Person], day: date) -> Person:
        while True:
            person = self.rng.choice(pool)
            if person.died is None or person.died > day:
                return person

    def _outpatients(
        self, day: date, shift: Shift, doctor: Account, here: Mapping[tuple[int | None, str], list[Shift]]
    ) -> None:
        rng, facility = self.rng, doctor.facility or 0
        count = rng.randint(*OUTPATIENTS) // (2 if day.weekday() >= 5 else 1)
        for _ in range(count):
            elsewhere = rng.random() < 0.05
            person = self._patient(self.world.persons if elsewhere else self.at_hospital[facility], day)
            at = shift.first + timedelta(hours=rng.uniform(0.3, 8.5))
            if elsewhere and hospital_of(self.world, person) != facility:
                self.world.facts.append(
                    Fact("referral", at - 2 * DAY, at + 20 * DAY, person=person.id, facility=facility)
                )
            self.seen[facility].append(person)
            self._visit(day, at, person, doctor, here)

    def _visit(
        self,
        day: date,
        at: datetime,
        person: Person,
        doctor: Account,
        here: Mapping[tuple[int | None, str], list[Shift]],
    ) -> None:
        rng, world, facility = self.rng, self.world, doctor.facility or 0
        urgent = doctor.ward == "capcuu" and rng.random() < 0.1
        world.facts.append(Fact("visit", at, at + timedelta(hours=3), doctor.id, person.id, facility, doctor.ward))
        desk = self._one(here[facility, "receptionist"], at)
        if desk and not urgent:
            self._read(desk, person, at - timedelta(minutes=30), object="demographics")
            world.act(desk, at - timedelta(minutes=29), person, action="create", object="visit")
        if urgent:
            world.facts.append(Fact("emergency", at, at + timedelta(hours=4), person=person.id, facility=facility))
        sensitive = doctor.ward == "nhiem" and rng.random() < 0.2
        self._read(doctor, person, at, break_glass=urgent, sensitive=sensitive)
        world.act(doctor, at + timedelta(minutes=10), person, action="update", object="note", sensitive=sensitive)
        if rng.random() < 0.5 and (
            nurse := self._one([s for s in here[facility, "nurse"] if s.ward == doctor.ward], at)
        ):
            self._read(nurse, person, at + timedelta(minutes=5))
        if rng.random() < 0.4:
            world.facts.append(Fact("order", at, at + timedelta(days=7), doctor.id, person.id, facility))
            world.facts.append(
                Fact("laboratory", at, at + 2 * DAY, person=person.id, facility=facility, ward="laboratory")
            )
            if technician := self._one(here[facility, "laboratory"], at):
                self._read(technician, person, at + timedelta(minutes=40), object="order")
                world.act(technician, at + timedelta(minutes=60), person, action="create", object="result")
            world.act(doctor, at + timedelta(hours=rng.choice((1.5, 24, 72))), person, object="result")
        if rng.random() < 0.6 and (pharmacist := self._one(here[facility, "pharmacist"], at)):
            world.facts.append(Fact("laboratory", at, at + DAY, person=person.id, facility=facility, ward="pharmacist"))
            self._read(pharmacist, person, at + timedelta(minutes=70), object="prescription")
        if rng.random() < 0.06:
            self._admit(day, at, person, doctor, here)
        self.due[day + timedelta(days=rng.randint(1, 10))].append((facility, person))

    def _admit(
        self,
        day: date,
        at: datetime,
        person: Person,
        doctor: Account,
        here: Mapping[tuple[int | None, str], list[Shift]],
    ) -> None:
        facility, until = doctor.facility or 0, day + timedelta(days=self.rng.randint(2, 7))
        end = moment(until, 12)
        self.world.facts.append(Fact("visit", at, end, doctor.id, person.id, facility, doctor.ward))
        others = [s.account for s in here[facility, "doctor"] if s.ward == doctor.ward and s.account != doctor.id]
        for other in others[:2]:
            self.world.facts.append(Fact("team", at, end, other, person.id, facility, doctor.ward))
        self.lying[facility, doctor.ward].append((person, until))

    def _round(self, shift: Shift, nurse: Account) -> None:
        """What a nurse looks up of those who lie in the ward."""
        for person, _ in self.lying[nurse.facility or 0, nurse.ward]:
            if self.rng.random() < 0.5:
                span = (shift.last - shift.first).total_seconds()
                self._read(nurse, person, shift.first + timedelta(seconds=self.rng.uniform(600, span)))

    def _station(self, day: date, shift: Shift, nurse: Account) -> None:
        rng, world, pool = self.rng, self.world, self.in_commune[nurse.commune or 0]
        for _ in range(rng.randint(4, 9)):
            person, when = self._patient(pool, day), self._on(shift)
            world.facts.append(
                Fact("visit", when, when + timedelta(hours=1), nurse.id, person.id, nurse.facility, "tram")
            )
            self._read(nurse, person, when)
            world.act(nurse, when + timedelta(minutes=9), person, action="update", object="note")
        for _ in range(rng.randint(0, 4)):
            person, when = self._patient(pool, day), self._on(shift)
            world.facts.append(
                Fact("programme", when - 30 * DAY, when + 60 * DAY, person=person.id, facility=nurse.facility)
            )
            self._read(nurse, person, when, object="programme")
        if rng.random() < 0.2:
            home, when = self._patient(pool, day).household, self._on(shift)
            world.facts.append(Fact("household_task", moment(day, 0), moment(day, 24), nurse.id, household=home))
            for person in world.households[home]:
                self._read(nurse, person, when)
        if day.day in (12, 25):
            for person in rng.sample(pool, min(len(pool), 40)):
                span = Fact("campaign", moment(day, 0), moment(day, 24), person=person.id, facility=nurse.facility)
                world.facts.append(span)
                self._read(nurse, person, self._on(shift), object="vaccination")

    def _on(self, shift: Shift) -> datetime:
        return shift.first + timedelta(hours=self.rng.uniform(0.5, 8.5))

    def _claims(self, day: date, here: Mapping[tuple[int | None, str], list[Shift]]) -> None:
        rng, world = self.rng, self.world
        for facility, person in self.due.pop(day, []):
            at = moment(day, rng.uniform(7.5, 16))
            coder = self._one(here[facility, "coder"], at)
            if coder is None:
                self.due[day + DAY].append((facility, person))
                continue
            world.facts.append(Fact("claim", at - DAY, at + 5 * DAY, coder.id, person.id, facility))
            self._read(coder, person, at, object="claim")
            world.act(coder, at + timedelta(minutes=5), person, action="update", object="claim")
            if rng.random() < 0.05 and (auditor := self._one(here[90, "insurer_auditor"], at)):
                world.facts.append(Fact("claim", at, at + 30 * DAY, auditor.id, person.id))
                self._read(auditor, person, at + timedelta(minutes=30), object="claim")
            if rng.random() < 0.03 and (clerk := self._one(here[facility, "records_clerk"], at)):
                world.facts.append(Fact("record_request", at - DAY, at + 10 * DAY, clerk.id, person.id, facility))
                self._read(clerk, person, at + timedelta(minutes=15))
                world.act(clerk, at + timedelta(minutes=20), person, action="print")

    def _one(self, shifts: list[Shift], at: datetime) -> Account | None:
        on = [shift for shift in shifts if shift.first <= at <= shift.last]
        return self.by_id[self.rng.choice(on).account] if on else None
