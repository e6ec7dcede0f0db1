"""Who asks: people of every reach."""

from collections.abc import Callable

from hoso.core.access.actor import Actor
from hoso.core.places.models import Facility, Place
from hoso.engines.statistics.cube.tests.world import World


def askers_of(actor: Callable[..., Actor], world: World) -> list[Actor]:
    """The ministry, a province, a commune, a commune of before, a facility that moved."""
    officer = "statistics_officer"
    places = [Place.objects.get(pk=place) for place in (world.places[6], world.places[0], world.places[7])]
    moved = Facility.objects.get(code="80990")
    return [
        actor(officer),
        *(actor(officer, place=place) for place in places),
        actor(officer, facility=moved),
    ]
