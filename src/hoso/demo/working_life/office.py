"""What administrators, database owners, researchers, statisticians and citizens do on a day."""

from datetime import date, timedelta

from hoso.demo.working_life.rota import moment
from hoso.demo.working_life.world import Account, Fact, Shift, World


def office_day(world: World, day: date, shifts: list[Shift]) -> None:
    by_id = {one.id: one for one in world.of_role("administrator", "database_owner", "researcher", "statistician")}
    for shift in shifts:
        if account := by_id.get(shift.account):
            _DAYS[account.role](world, account, day)
    for citizen in world.of_role("citizen"):
        if world.rng.random() < 0.05:
            _citizen(world, citizen, day)


def _administrator(world: World, account: Account, day: date) -> None:
    for _ in range(world.rng.randint(0, 3)):
        at = moment(day, world.rng.uniform(8, 16))
        world.facts.append(Fact("ticket", at - timedelta(hours=4), at + timedelta(days=2), account.id))
        world.act(account, at, action="update", object="assignment")


def _database_owner(world: World, account: Account, day: date) -> None:
    if day.day == 20:
        world.facts.append(Fact("migration", moment(day, 18), moment(day, 23), account.id))
        for _ in range(6):
            at = moment(day, world.rng.uniform(18.5, 22.5))
            world.act(account, at, object="table", channel="db", found=world.rng.randint(1, 9000))
        world.shifts.append(Shift(account.id, account.facility, "", moment(day, 18), moment(day, 23), "on_call"))


def _researcher(world: World, account: Account, day: date) -> None:
    if world.rng.random() < 0.05:
        at = moment(day, world.rng.uniform(9, 15))
        world.facts.append(Fact("export_approval", at - timedelta(days=3), at + timedelta(days=3), account.id))
        world.act(account, at, action="export", object="extract", found=world.rng.randint(500, 20_000))


def _statistician(world: World, account: Account, day: date) -> None:
    for _ in range(world.rng.randint(3, 12)):
        found = world.rng.randint(3, 9) if world.rng.random() < 0.03 else world.rng.randint(12, 5000)
        at = moment(day, world.rng.uniform(8, 16))
        world.act(
            account, at, action="search", object=f"figure/{world.rng.randrange(400)}", found=found, channel="figures"
        )


def _citizen(world: World, account: Account, day: date) -> None:
    own = world.persons[(account.person or 1) - 1]
    at = moment(day, world.rng.uniform(6, 22.5))
    for person in [own, *world.rng.sample(world.households[own.household], 1)]:
        world.act(account, at, person, channel="portal", address=f"113.{account.id % 250}.1.1")


_DAYS = {
    "administrator": _administrator,
    "database_owner": _database_owner,
    "researcher": _researcher,
    "statistician": _statistician,
}
