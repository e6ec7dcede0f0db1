"""A hash of every figure of the cube, by whoever holds it."""

from pathlib import Path

from hoso.core.errors import HosoError
from hoso.core.facts.asking import ask_holder
from hoso.core.facts.store import Store
from hoso.engines.statistics.cube.cube import Cube
from hoso.engines.statistics.cube.facts import SHAPE, facts_folder
from hoso.engines.statistics.cube.holder import as_facts_service

SECONDS = 600.0


def digest_of(home: Path) -> str:
    """Of the cube as it stands now, with everything that was committed. Raises HosoError HS5420 where it is being built or
    behind."""
    folder = facts_folder(home)
    told = ask_holder(folder, {"do": "digest"}, SECONDS)
    if told is not None:
        if "digest" not in told:
            raise HosoError("HS5420")
        return str(told["digest"])
    store = Store(folder, SHAPE)
    try:
        with as_facts_service():
            cube = Cube(store)
            if store.fresh or not cube.feed.fits():
                raise HosoError("HS5420")
            cube.keep_up()
        return store.digest()
    finally:
        store.close()
