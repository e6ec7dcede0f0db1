"""What is chosen over all tiles of a board: place and period; on the wall also how fast it turns and through which boards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import PeriodType
from hoso.core.periods.periods import parse_period, period_of
from hoso.core.periods.relative import relative_periods
from hoso.web.dhis2.asked_units import UnitItem, unit_tree
from hoso.web.dhis2.system import own_units
from hoso.web.explorer.finding import RELATIVE
from hoso.web.explorer.names import Words
from hoso.web.explorer.question import OWN
from hoso.web.routes import ActingRequest, WithActor
from hoso.web.staff.period_titles import period_title

OFFERED = ((PeriodType.YEAR, 3), (PeriodType.QUARTER, 4), (PeriodType.MONTH, 12))  # single periods, the latest first
OWN_PLACE: Words = ("Đơn vị của tôi", "My place")


@dataclass(frozen=True, slots=True)
class Choice:
    """`place`: `own` or the id of a unit; `period`: a word of RELATIVE or the id of a period."""

    place: str
    period: str

    @property
    def words(self) -> dict[str, str]:
        return {"place": self.place, "period": self.period}


def read_choice(request: ActingRequest, usual: str, more: Collection[str] = ()) -> Choice:
    """`usual`: the period where none is given; `more`: other words of the address. Raises HosoError HS9004."""
    for name in request.GET.keys() - {"place", "period", *more}:
        raise HosoError("HS9004", name=name[:40], value=request.GET[name][:40])
    return Choice(request.GET.get("place") or OWN, read_period(request.GET.get("period") or usual))


def read_period(period: str) -> str:
    """A word of RELATIVE or the id of a period. Raises HosoError HS9004."""
    if period not in RELATIVE:
        try:
            parse_period(period)
        except HosoError as error:
            raise HosoError("HS9004", name="period", value=period[:40]) from error
    return period


def period_choices(today: date, chosen: str) -> list[tuple[str, Words]]:
    """Words counted from today, then the single periods that are over, then the chosen one where it is none of them."""
    found = list(RELATIVE.items())
    for kind, count in OFFERED:
        period = period_of(kind, today)
        for _ in range(count):
            period = period.previous()
            found.append((period.id, period_title(period)))
    if chosen not in dict(found):
        found.append((chosen, period_title(parse_period(chosen))))
    return found


def place_choices(request: WithActor) -> list[tuple[str, str]]:
    """The own units and those below them, to choose from: id, name."""
    tree = unit_tree()
    own = [tree[uid] for uid in own_units(request) if uid in tree]
    below = [tree[child["id"]] for one in own for child in one.thing["children"]]
    return [(one.thing["id"], one.thing["name"]) for one in [*own, *below]]


def chosen_words(request: WithActor, choice: Choice, today: date) -> tuple[Words, Words]:
    """What the chosen place and period are called, for paper and the wall."""
    tree = unit_tree()
    place = _named(tree, own_units(request) if choice.place == OWN else [choice.place])
    return place or OWN_PLACE, _dated(choice.period, dict(period_choices(today, choice.period))[choice.period], today)


def _dated(period: str, words: Words, today: date) -> Words:
    """Words counted from today with the periods that they mean: on paper nobody knows from which day they were counted."""
    if period not in RELATIVE:
        return words
    meant = relative_periods(period, today)
    first, last = period_title(meant[0]), period_title(meant[-1])
    if first == last:
        return f"{words[0]} ({first[0]})", f"{words[1]} ({first[1]})"
    return f"{words[0]} ({first[0]} – {last[0]})", f"{words[1]} ({first[1]} – {last[1]})"


def _named(tree: Mapping[str, UnitItem], uids: Collection[str]) -> Words | None:
    names = ", ".join(tree[uid].thing["name"] for uid in uids if uid in tree)
    return (names, names) if names else None
