"""Who is on duty when: days, nights, on-call, leave."""

from datetime import date, datetime, time, timedelta

from hoso.demo.working_life.world import Account, Fact, Shift, World

WEEKEND = {"doctor": 0.3, "nurse": 0.5, "receptionist": 0.2, "laboratory": 0.3, "pharmacist": 0.2, "station_nurse": 0.1}
MERGED = {"nhi": "san", "nhiem": "noi"}  # where the staff and patients of a ward go that is closed


def moment(day: date, hour: float) -> datetime:
    return datetime.combine(day, time()) + timedelta(hours=hour)


def write_rota(world: World) -> dict[date, list[Shift]]:
    """The shifts of every day. A few are worked and stand in no rota; leave stands as a fact."""
    rng, settings = world.rng, world.settings
    days: dict[date, list[Shift]] = {settings.start + timedelta(days=n): [] for n in range(settings.days)}
    for account in world.accounts:
        if account.tier == "T4":
            continue
        away = _leave(world, account)
        for number, day in enumerate(days):
            if day < account.starts or (account.ends and day >= account.ends) or day in away:
                continue
            if day.weekday() >= 5 and rng.random() >= WEEKEND.get(account.role, 0.0):
                continue
            shift = _shift(world, account, number, day)
            days[day].append(shift)
            if rng.random() >= settings.lost_rota:
                world.shifts.append(shift)
    return days


def _leave(world: World, account: Account) -> set[date]:
    rng, settings = world.rng, world.settings
    if rng.random() >= 0.4:
        return set()
    first = settings.start + timedelta(days=rng.randrange(settings.days))
    length = rng.choice((3, 5, 7, 14))
    last = first + timedelta(days=length - 1)
    world.facts.append(Fact("leave", moment(first, 0), moment(last, 24), account.id))
    return {first + timedelta(days=n) for n in range(length)}


def _shift(world: World, account: Account, number: int, day: date) -> Shift:
    night = account.role == "nurse" and (number + account.id) % world.settings.nights_every == 0
    on_call = account.role == "doctor" and (number + account.id) % 9 == 0
    first, last = (16.0, 31.0) if night else (7.0, 30.0) if on_call else (7.0, 16.5)
    kind, closed = "on_call" if on_call else "duty", world.settings.reorganised
    ward = account.ward if closed is None or number < closed else MERGED.get(account.ward, account.ward)
    return Shift(account.id, account.facility, ward, moment(day, first), moment(day, last), kind)
