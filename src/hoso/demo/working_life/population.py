"""Who lives there and who works where."""

from datetime import timedelta

from hoso.demo.names import surname
from hoso.demo.working_life.world import Person, World

WARDS = ("noi", "ngoai", "san", "nhi", "nhiem", "capcuu")
# Of a hundred accounts in a hospital; wards share doctors and nurses.
OFFICES = {"receptionist": 6, "laboratory": 7, "pharmacist": 6, "coder": 5, "records_clerk": 3}
TIERS = {
    "administrator": "T1",
    "database_owner": "T0",
    "insurer_auditor": "T2",
    "researcher": "T2",
    "statistician": "T2",
}


def settle(world: World) -> None:
    """Households in communes, staff among them."""
    _people(world)
    _hospitals(world)
    _stations(world)
    _province(world)
    _homes(world)
    _turnover(world)


def communes(world: World) -> int:
    return max(4, world.settings.accounts // 40)


def station_of(commune: int) -> int:
    return 100 + commune


def hospital_of(world: World, person: Person) -> int:
    """Where somebody usually goes: the hospital of the commune."""
    return 1 + person.commune % world.settings.hospitals


def _people(world: World) -> None:
    rng, wanted = world.rng, world.settings.accounts * world.settings.persons_per_account
    surnames: dict[str, int] = {}
    household = 0
    while len(world.persons) < wanted:
        household += 1
        family = surnames.setdefault(surname(rng), len(surnames))
        commune = rng.randrange(communes(world))
        members = [
            Person(len(world.persons) + 1 + place, family, household, commune) for place in range(rng.randint(1, 6))
        ]
        if len(members) > 1 and rng.random() < 0.8:  # who married in keeps the own name
            members[1].surname = surnames.setdefault(surname(rng), len(surnames))
        world.persons += members
        world.households[household] = members
    for person in rng.sample(world.persons, wanted // 100):
        person.died = world.settings.start - timedelta(days=rng.randint(-60, 900))


def _hospitals(world: World) -> None:
    each = int(world.settings.accounts * 0.78) // world.settings.hospitals
    for facility in range(1, world.settings.hospitals + 1):
        for role, share in OFFICES.items():
            for _ in range(max(1, each * share // 100)):
                world.account(role, "T3", facility)
        for place in range(each - sum(max(1, each * share // 100) for share in OFFICES.values())):
            world.account("doctor" if place % 5 < 2 else "nurse", "T3", facility, WARDS[place // 5 % len(WARDS)])


def _stations(world: World) -> None:
    count = communes(world)
    for place in range(int(world.settings.accounts * 0.15)):
        commune = place % count
        world.account("station_nurse", "T3", station_of(commune), "tram", commune=commune)


def _province(world: World) -> None:
    roles = ["database_owner", "administrator", "insurer_auditor", "researcher", "statistician"]
    for place in range(max(10, world.settings.accounts - len(world.accounts))):
        role = roles[place % len(roles)]
        world.account(role, TIERS[role], 90 if role == "insurer_auditor" else 99)


def _homes(world: World) -> None:
    adults = [members[0] for members in world.households.values() if members[0].died is None]
    for account, person in zip(world.accounts, world.rng.sample(adults, len(world.accounts)), strict=True):
        account.person, person.staff_of = person.id, account.facility
        if account.commune is None:
            account.commune = person.commune
    others = [one for one in world.persons if one.staff_of is None]
    for person in world.rng.sample(others, max(6, len(world.persons) // 2000)):
        person.vip = True
    for person in world.rng.sample(others, len(world.accounts) // 4):
        world.account("citizen", "T4", None, person=person.id, commune=person.commune)


def _turnover(world: World) -> None:
    rng, days = world.rng, world.settings.days
    for account in world.accounts:
        if account.tier == "T3" and rng.random() < 0.06:
            day = world.settings.start + timedelta(days=rng.randint(days // 6, days * 5 // 6))
            if rng.random() < 0.5:
                account.ends = day
            else:
                account.starts = day
