"""Nineteen kinds of misuse at three intensities: blatant, moderate, one quiet look.

`COUNTS` says how much of it: looks, rows, tries. A blatant one happens within days, a moderate one over weeks.
"""

from collections.abc import Callable
from datetime import timedelta

from hoso.demo.working_life.planting import CLINICAL, Planting
from hoso.demo.working_life.rota import moment
from hoso.demo.working_life.world import Account, Event, Person, World

INTENSITIES = ("blatant", "moderate", "quiet")
OVER = {"blatant": 3, "moderate": 12, "quiet": 1}  # shifts


def plant_misuse(world: World) -> None:
    planting = Planting(world)
    for kind, (counts, plant) in KINDS.items():
        for intensity, count in zip(INTENSITIES, counts, strict=True):
            for _ in range(world.settings.each):
                planting.case(kind, intensity, plant(planting, count, OVER[intensity]))


def _of(
    choose: Callable[[Planting, Account], list[Person]], **more: object
) -> Callable[[Planting, int, int], list[Event]]:
    """Looks on duty at persons that `choose` gives for the account."""

    def plant(planting: Planting, count: int, over: int) -> list[Event]:
        account = planting.somebody(*CLINICAL)
        persons = planting.strangers(account, choose(planting, account), count)
        return planting.looks(account, planting.moments(account, count, over), persons, **more)

    return plant


def _self(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody(*CLINICAL)
    own = planting.world.persons[(account.person or 1) - 1]
    return planting.looks(account, planting.moments(account, count, over), [own] * count)


def _volume(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody(*CLINICAL)
    return planting.looks(
        account, planting.one_day(account, count), planting.strangers(account, planting.of_hospital(account), count)
    )


def _scanning(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody("receptionist", "coder", "nurse")
    first = planting.rng.randrange(len(planting.world.persons) - 2 * count)
    events = planting.looks(
        account,
        planting.series(account, count, 12),
        planting.world.persons[first : first + count],
        object="demographics",
    )
    for event in events[::4]:  # numbers that nobody has
        planting.world.act(
            account, event.moment + timedelta(seconds=5), action="search", object="demographics", found=0
        )
    return events


def _export(planting: Planting, rows: int, over: int) -> list[Event]:
    account = planting.somebody("coder", "researcher", "records_clerk")
    at = planting.one_day(account, 1)[0]
    return [planting.world.act(account, at, action="export", object="extract", found=rows)]


def _off_hours(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody("nurse", "receptionist", "laboratory", "coder")
    persons = planting.strangers(account, planting.of_hospital(account), count)
    return planting.looks(account, planting.off_duty(account, count, over), persons)


def _sensitive(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody(*CLINICAL)
    persons = planting.strangers(account, planting.of_hospital(account), count)
    events = planting.looks(account, planting.moments(account, count, over), persons, sensitive=True)
    for event in events[::2]:
        event.break_glass = True
    return events


def _account_state(planting: Planting, count: int, over: int) -> list[Event]:
    """After the last day; or at two places within minutes."""
    world, rng = planting.world, planting.rng
    gone = [
        one for one in world.accounts if one.ends and one.id not in world.busy and one.ends + timedelta(9) < world.end
    ]
    if gone and rng.random() < 0.5:
        account = rng.choice(gone)
        world.busy.add(account.id)
        assert account.ends is not None
        times = [moment(account.ends + timedelta(days=rng.randint(2, 8)), rng.uniform(8, 16)) for _ in range(count)]
        return planting.looks(account, times, planting.strangers(account, planting.of_hospital(account), count))
    account = planting.somebody(*CLINICAL)
    times = planting.moments(account, count, over)
    persons = planting.strangers(account, planting.of_hospital(account), count)
    elsewhere = 1 + (account.facility or 0) % world.settings.hospitals
    for at, person in zip(times, persons, strict=True):  # the owner works on meanwhile
        world.act(
            account,
            at - timedelta(minutes=2),
            person if person.id in planting.own[account.id] else None,
            action="search",
        )
    return planting.looks(account, times, persons, site=elsewhere, address=f"10.{elsewhere}.7.9")


def _privilege(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody("administrator", "database_owner")
    objects = ("assignment/self", "account/administrator", "audit-settings", "clock")
    return [
        planting.world.act(account, at, action="update", object=objects[n % len(objects)])
        for n, at in enumerate(planting.moments(account, count, over))
    ]


def _credentials(planting: Planting, count: int, over: int) -> list[Event]:
    """Passwords tried on many accounts from one terminal."""
    account = planting.somebody("receptionist", "nurse", "laboratory")
    targets = [one for one in planting.world.accounts if one.facility == account.facility and one.id != account.id]
    return [
        planting.world.act(
            planting.rng.choice(targets), at, action="sign-in", object="", outcome="refused", address="10.66.6.6"
        )
        for at in planting.series(account, count, 20)
    ]


def _query_and_drop(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody("receptionist", "pharmacist", "laboratory")
    persons = planting.strangers(account, planting.of_hospital(account), count)
    return planting.looks(account, planting.one_day(account, count), persons, object="demographics")


def _other_ward(planting: Planting, account: Account) -> list[Person]:
    """Patients of the same hospital who lie or were seen in wards of others."""
    facility, ward = account.facility, account.ward
    ids = {
        fact.person
        for fact in planting.world.facts
        if fact.kind == "visit" and fact.facility == facility and fact.ward != ward and fact.person
    }
    return [planting.world.persons[number - 1] for number in sorted(ids)]


def _figures(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody("statistician")
    object_ = f"figure/{900 + planting.rng.randrange(99)}"
    return [
        planting.world.act(
            account, at, action="search", object=object_, found=planting.rng.randint(1, 9), channel="figures"
        )
        for at in planting.series(account, count, 90)
    ]


def _database(planting: Planting, count: int, over: int) -> list[Event]:
    account = planting.somebody("database_owner")
    return [
        planting.world.act(account, at, object="table", channel="db", found=planting.rng.randint(1, 900))
        for at in planting.moments(account, count, over)
    ]


def _proxies(planting: Planting, count: int, over: int) -> list[Event]:
    """One telephone that becomes the proxy of many who are not of its household."""
    world = planting.world
    account = world.unused(world.of_role("citizen"))
    day = world.settings.start + timedelta(days=planting.rng.randint(world.settings.days // 3, world.settings.days - 2))
    persons = planting.rng.sample(world.persons, count)
    return [
        world.act(
            account, moment(day, planting.rng.uniform(8, 21)), who, action="create", object="proxy", channel="portal"
        )
        for who in persons
    ]


KINDS: dict[str, tuple[tuple[int, int, int], Callable[[Planting, int, int], list[Event]]]] = {
    "coworker": ((12, 5, 1), _of(lambda p, a: p.colleagues(a))),
    "family": ((10, 4, 1), _of(lambda p, a: p.relatives(a))),
    "vip": ((8, 4, 1), _of(lambda p, a: [one for one in p.world.persons if one.vip])),
    "self": ((6, 3, 1), _self),
    "deceased": ((12, 5, 1), _of(lambda p, a: p.dead())),
    "volume": ((150, 60, 25), _volume),
    "scanning": ((80, 30, 10), _scanning),
    "export": ((20_000, 4_000, 600), _export),
    "off_hours": ((15, 5, 1), _off_hours),
    "out_of_area": ((12, 5, 1), _of(lambda p, a: p.of_hospital(a, own=False))),
    "sensitive": ((8, 4, 1), _sensitive),
    "account_state": ((30, 8, 1), _account_state),
    "privilege": ((4, 2, 1), _privilege),
    "credentials": ((200, 40, 12), _credentials),
    "query_and_drop": ((80, 30, 12), _query_and_drop),
    "other_ward": ((20, 6, 1), _of(_other_ward)),
    "figures": ((30, 12, 4), _figures),
    "database": ((20, 5, 1), _database),
    "proxies": ((20, 8, 4), _proxies),
}
