"""One working life, from its settings; the same settings give the same files."""

from hoso.demo.working_life.care import Care
from hoso.demo.working_life.lookalikes import plant_lookalikes
from hoso.demo.working_life.misuse import plant_misuse
from hoso.demo.working_life.office import office_day
from hoso.demo.working_life.population import settle
from hoso.demo.working_life.rota import MERGED, write_rota
from hoso.demo.working_life.settings import Settings
from hoso.demo.working_life.world import World


def live(settings: Settings) -> World:
    """The days of everybody, then what is planted among them."""
    world = World(settings)
    settle(world)
    days = write_rota(world)
    care = Care(world)
    for number, (day, shifts) in enumerate(days.items()):
        if number == settings.reorganised:
            care.merge_wards(MERGED)
        care.day(day, shifts)
        office_day(world, day, shifts)
    plant_lookalikes(world)
    if settings.misuse:
        plant_misuse(world)
    return world
