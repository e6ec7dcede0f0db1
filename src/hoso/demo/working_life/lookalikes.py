"""What looks like misuse and is work: each with the fact that explains it, where a real house would have one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hoso.demo.working_life.planting import CLINICAL, Planting
from hoso.demo.working_life.rota import moment
from hoso.demo.working_life.world import Account, Event, Fact, Person, Shift, World

DAY = timedelta(days=1)


def plant_lookalikes(world: World) -> None:
    planting = Planting(world)
    for name, plant in LOOKALIKES.items():
        for _ in range(world.settings.each):
            planting.case(name, "benign", plant(planting))


def _explained(planting: Planting, account: Account, persons: list[Person], kind: str, **more: object) -> list[Event]:
    """Looks on duty, each with a fact of this kind."""
    times = planting.moments(account, len(persons), 3)
    for at, person in zip(times, persons, strict=True):
        by = None if kind in ("referral", "emergency", "campaign") else account.id
        planting.world.facts.append(Fact(kind, at - DAY, at + 3 * DAY, by, person.id, account.facility, account.ward))
    return planting.looks(account, times, persons, **more)


def _treated_colleague(planting: Planting) -> list[Event]:
    account = planting.somebody("doctor")
    return _explained(planting, account, planting.strangers(account, planting.colleagues(account), 4), "visit")


def _same_surname(planting: Planting) -> list[Event]:
    """Nguyễn treats Nguyễn of the same commune."""
    account = planting.somebody("doctor")
    return _explained(planting, account, planting.strangers(account, planting.relatives(account), 3), "visit")


def _team_of_a_known_person(planting: Planting) -> list[Event]:
    account = planting.somebody(*CLINICAL)
    persons = planting.strangers(account, [one for one in planting.world.persons if one.vip], 2)
    return _explained(planting, account, persons, "team")


def _coding_of_the_dead(planting: Planting) -> list[Event]:
    account = planting.somebody("coder")
    return _explained(planting, account, planting.rng.sample(planting.dead(), 10), "claim", object="claim")


def _vaccination_day(planting: Planting) -> list[Event]:
    account = planting.somebody("station_nurse")
    pool = [one for one in planting.world.persons if one.commune == account.commune]
    persons = planting.rng.sample(pool, min(120, len(pool)))
    times = planting.one_day(account, len(persons))
    for person in persons:
        first = moment(times[0].date(), 0)
        planting.world.facts.append(Fact("campaign", first, first + DAY, person=person.id, facility=account.facility))
    return planting.looks(account, times, persons, object="vaccination")


def _clearing_duplicates(planting: Planting) -> list[Event]:
    """A clerk goes through numbers one after the other, with a task."""
    account = planting.somebody("records_clerk", "receptionist")
    times = planting.series(account, 60, 20)
    first = planting.rng.randrange(len(planting.world.persons) - 100)
    persons = planting.world.persons[first : first + 60]
    for person in persons:
        planting.world.facts.append(
            Fact("record_request", times[0] - DAY, times[0] + DAY, account.id, person.id, account.facility)
        )
    return planting.looks(account, times, persons, object="demographics")


def _approved_export(planting: Planting) -> list[Event]:
    account = planting.somebody("researcher")
    at = planting.one_day(account, 1)[0]
    planting.world.facts.append(Fact("export_approval", at - DAY, at + DAY, account.id))
    return [planting.world.act(account, at, action="export", object="extract", found=18_000)]


def _on_call(planting: Planting) -> list[Event]:
    account = planting.somebody("doctor")
    times = planting.off_duty(account, 4, 1)
    night = Shift(account.id, account.facility, account.ward, times[0] - DAY / 4, times[-1] + DAY / 4, "on_call")
    planting.world.shifts.append(night)
    persons = planting.strangers(account, planting.of_hospital(account), 4)
    for at, person in zip(times, persons, strict=True):
        planting.world.facts.append(Fact("visit", at, at + DAY, account.id, person.id, account.facility, account.ward))
    return planting.looks(account, times, persons)


def _referral_hospital(planting: Planting) -> list[Event]:
    account = planting.somebody("doctor")
    persons = planting.strangers(account, planting.of_hospital(account, own=False), 8)
    return _explained(planting, account, persons, "referral")


def _rotated(planting: Planting) -> list[Event]:
    """Another ward for a week: new patients, whom the rota explains."""
    account = planting.somebody("nurse")
    first = planting.rng.choice(planting.duty[account.id]).first
    wards = [fact for fact in planting.world.facts if fact.kind == "visit" and fact.facility == account.facility
             and fact.ward != account.ward and first <= fact.first <= first + 5 * DAY and fact.person]  # fmt: skip
    events = []
    for fact in planting.rng.sample(wards, min(12, len(wards))):
        at: datetime = fact.first + timedelta(minutes=20)
        planting.world.shifts.append(Shift(account.id, account.facility, fact.ward, at - DAY / 4, at + DAY / 4))
        events.append(planting.world.act(account, at, planting.world.persons[(fact.person or 1) - 1]))
    return events


def _change_ticket(planting: Planting) -> list[Event]:
    account = planting.somebody("administrator", "database_owner")
    at = planting.one_day(account, 1)[0]
    planting.world.facts.append(Fact("ticket", at - DAY, at + DAY, account.id))
    return [planting.world.act(account, at, action="update", object="account/administrator")]


def _first_shift_burst(planting: Planting) -> list[Event]:
    """At seven many mistype, each at their own terminal."""
    account = planting.somebody("nurse")
    at = planting.rng.choice(planting.duty[account.id]).first
    others = [one for one in planting.world.accounts if one.facility == account.facility][:15]
    return [
        planting.world.act(one, at + timedelta(seconds=5 * n), action="sign-in", object="", outcome="refused")
        for n, one in enumerate(others)
    ]


def _triage_desk(planting: Planting) -> list[Event]:
    """Demographics of many in a day, each followed by a visit."""
    account = planting.somebody("receptionist")
    persons = planting.strangers(account, planting.of_hospital(account), 60)
    times = planting.one_day(account, 60)
    events = planting.looks(account, times, persons, object="demographics")
    for event, person in zip(list(events), persons, strict=True):
        planting.world.act(account, event.moment + timedelta(minutes=1), person, action="create", object="visit")
    return events


def _float_nurse(planting: Planting) -> list[Event]:
    account = planting.somebody("nurse")
    return _explained(planting, account, planting.strangers(account, planting.of_hospital(account), 10), "team")


def _migration_window(planting: Planting) -> list[Event]:
    account = planting.somebody("database_owner")
    at = planting.one_day(account, 1)[0]
    planting.world.facts.append(Fact("migration", at - DAY / 8, at + DAY / 8, account.id))
    return [
        planting.world.act(account, at + timedelta(minutes=n), object="table", channel="db", found=5000)
        for n in range(8)
    ]


def _enrolling(planting: Planting) -> list[Event]:
    """A village health worker enrols neighbours at a station's desk, with a task."""
    world = planting.world
    account = world.unused(world.of_role("citizen"))
    day = world.settings.start + timedelta(days=planting.rng.randint(world.settings.days // 3, world.settings.days - 2))
    world.facts.append(Fact("enrolment", moment(day, 0), moment(day, 24), account.id))
    persons = planting.rng.sample(world.persons, 15)
    return [world.act(account, moment(day, 9 + n / 4), who, action="create", object="proxy", channel="portal")
            for n, who in enumerate(persons)]  # fmt: skip


LOOKALIKES: dict[str, Callable[[Planting], list[Event]]] = {
    "treated_colleague": _treated_colleague,
    "same_surname": _same_surname,
    "team_of_a_known_person": _team_of_a_known_person,
    "coding_of_the_dead": _coding_of_the_dead,
    "vaccination_day": _vaccination_day,
    "clearing_duplicates": _clearing_duplicates,
    "approved_export": _approved_export,
    "on_call": _on_call,
    "referral_hospital": _referral_hospital,
    "rotated": _rotated,
    "change_ticket": _change_ticket,
    "first_shift_burst": _first_shift_burst,
    "triage_desk": _triage_desk,
    "float_nurse": _float_nurse,
    "migration_window": _migration_window,
    "enrolling": _enrolling,
}
