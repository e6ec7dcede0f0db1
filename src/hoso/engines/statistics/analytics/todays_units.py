"""What today's units are made of: which units count for them, and with which share of their figures."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from hoso.engines.statistics.analytics.question import AskedUnits
from hoso.engines.statistics.analytics.todays_lay import lay_of_today


@dataclass(frozen=True, slots=True)
class Part:
    """Units that count for `label` with a share of their figures; asked under a label of their own."""

    label: str
    asked: AskedUnits
    share: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """A unit that is no more, `share` of which lies today in one unit of the label; `later`: that one and those between."""

    label: str
    unit: int
    share: Decimal
    later: tuple[int, ...]


def todays_parts(units: Iterable[AskedUnits]) -> list[Part]:
    """Of each asked unit what counts for it whole, as one, and each unit of which only a part does. A unit that is not there
    today has none."""
    lay, found = lay_of_today(), list[Part]()
    for one in units:
        if one.whole:
            found.append(Part(one.label, replace(one, label=f"={one.label}"), Decimal(1)))
            continue
        lying = lay.lying_in(tuple(sorted(one.places)))
        found += [Part(one.label, _alone(unit), share) for unit, share in lying.in_part]
        found.append(_together(one, lying.whole))
    return found


def todays_lineage(units: Iterable[AskedUnits]) -> tuple[list[Part], list[Source]]:
    """The units of today as parts, and one by one those that they come from."""
    lay, found = lay_of_today(), list[Part]()
    asked = [replace(one, places=lay.provinces, whole=False) if one.whole else one for one in units]
    sources = [Source(one.label, *source) for one in asked for source in lay.sources_of(one.places)]
    earlier = {source.unit for source in sources}
    for one in asked:
        lying = lay.lying_in(tuple(sorted(one.places)))
        found += [Part(one.label, _alone(unit), share) for unit, share in lying.in_part if unit not in earlier]
        found.append(_together(one, [unit for unit in lying.whole if unit not in earlier]))
    return found, sources


def _alone(unit: int) -> AskedUnits:
    return AskedUnits(f"/{unit}", facilities=(unit,)) if unit < 0 else AskedUnits(f"/{unit}", alone=(unit,))


def _together(asked: AskedUnits, units: Iterable[int]) -> Part:
    """What counts whole for an asked unit, with the facilities that it names itself."""
    units = tuple(units)
    facilities = dict.fromkeys([*asked.facilities, *(unit for unit in units if unit < 0)])
    alone = tuple(unit for unit in units if unit > 0)
    return Part(asked.label, AskedUnits(f"={asked.label}", alone=alone, facilities=tuple(facilities)), Decimal(1))
