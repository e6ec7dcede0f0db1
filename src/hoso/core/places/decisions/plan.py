"""What a decision will do: worked out before it is approved, shown, and written as it stands on its day."""

from dataclasses import dataclass, field
from datetime import date

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.places.decisions.decision import Change, Header
from hoso.core.places.models import FacilityLink, Place
from hoso.core.places.queries import place_at
from hoso.core.places.shipped_units import one_to_one, split_name, without_accents
from hoso.core.places.within import units_within

NAMED = 5  # codes in a message; more would hide it


@dataclass(eq=False)
class NewUnit:
    """A unit that begins on the day of the decision."""

    level: Place.Level
    code: str
    full_name: str
    name_en: str
    day: date
    parent: "NewUnit | Place | None" = None
    sources: list[Place] = field(default_factory=list)
    whole: bool = True  # nothing of it is a part of a unit that was split

    @property
    def parent_id(self) -> int | None:
        return self.parent.id if isinstance(self.parent, NewUnit) else self.parent.pk if self.parent else None

    @property
    def id(self) -> int:
        """As of shipped units: level, first day and code in one number."""
        return int(f"{self.level}{self.day:%Y%m%d}{int(self.code):05d}")

    @property
    def address(self) -> str:
        return f"{self.full_name}, {self.parent.address}" if self.parent else self.full_name


@dataclass(frozen=True, slots=True)
class Step:
    """One unit that takes over another, or a part of it. `share` None: not given, the parts count as equal."""

    old: Place
    new: NewUnit
    relation: str
    share: float | None = None
    share_source: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a facility lies from the day on; `to` None: one of several heirs, and nobody has said which."""

    link: FacilityLink
    of: Place
    to: NewUnit | None


@dataclass
class Plan:
    ended: list[Place] = field(default_factory=list)
    begun: list[NewUnit] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def heirs(self, place: Place) -> list[NewUnit]:
        return [step.new for step in self.steps if step.old.pk == place.pk]


def make_plan(header: Header, changes: list[Change]) -> Plan:
    """Work it out on the units as they are now; what cannot be done is in `refusals`, by row."""
    return _Planner(header, changes).plan()


class _Planner:
    def __init__(self, header: Header, changes: list[Change]) -> None:
        self.day = header.in_force_from
        self.changes = changes
        self.made = Plan()
        self.old: dict[tuple[int, str], Place] = {}
        self.new: dict[tuple[int, str], NewUnit] = {}

    def refuse(self, row: int, column: str, error: str, /, **more: object) -> None:
        self.made.refusals.append(Refusal(row, column, HosoError(error, row=row, **more)))

    def plan(self) -> Plan:
        for change in self.changes:
            if change.old_code:
                self._end(change)
        if self.made.refusals:
            return self.made
        for change in sorted(self.changes, key=lambda change: (change.level, not change.parent_code)):
            if change.new_code:
                self._begin(change)
        for change in self.changes:
            self._follow(change)
        self._communes_of_ended_provinces()
        self.made.ended, self.made.begun = list(self.old.values()), list(self.new.values())
        if not self.made.refusals:
            self._codes_are_free()
        if not self.made.refusals:
            self._facilities()
        return self.made

    def _end(self, change: Change) -> None:
        key = (change.level, change.old_code)
        if key in self.old:
            return
        place = place_at(change.level, change.old_code, self.day)
        if place is None or place.valid_to is not None or place.valid_from >= self.day:
            self.refuse(change.row, "old_code", "HS6181", code=change.old_code, day=f"{self.day:%d/%m/%Y}")
        else:
            self.old[key] = place

    def _begin(self, change: Change) -> None:
        key = (change.level, change.new_code)
        unit = self.new.setdefault(key, NewUnit(change.level, change.new_code, "", "", self.day))
        if change.new_name:
            unit.full_name = change.new_name
            unit.name_en = change.new_name_en or without_accents(split_name(change.new_name)[2])
        if change.level == Place.Level.COMMUNE and (change.parent_code or unit.parent is None):
            unit.parent = self._parent(change)
        if change.old_code:
            unit.sources.append(self.old[change.level, change.old_code])
        unit.whole = unit.whole and change.action != "split"

    def _parent(self, change: Change) -> NewUnit | Place | None:
        """The province named, else the one the old commune lies in or the heir of that one."""
        known = (
            place_at(Place.Level.PROVINCE, change.parent_code, self.day)
            if change.parent_code
            else self.old[change.level, change.old_code].parent if change.old_code else None
        )  # fmt: skip
        if change.parent_code and (made := self.new.get((Place.Level.PROVINCE, change.parent_code))):
            return made
        if known and (Place.Level.PROVINCE, known.code) in self.old:
            heirs = [
                self.new.get((one.level, one.new_code))
                for one in self.changes
                if one.level == Place.Level.PROVINCE and one.old_code == known.code and one.new_code
            ]
            known = heirs[0] if len(heirs) == 1 else None  # type: ignore[assignment]
        if known is None:
            self.refuse(change.row, "parent_code", "HS6005", parent=change.parent_code or "?")
        return known

    def _follow(self, change: Change) -> None:
        if not change.old_code or not change.new_code:
            return
        old, new = self.old[change.level, change.old_code], self.new[change.level, change.new_code]
        relation = change.action if change.action != "renamed" else one_to_one(old.full_name, new.full_name)
        share = float(change.share) if change.share is not None else None
        self.made.steps.append(Step(old, new, relation, share, change.share_source))

    def _communes_of_ended_provinces(self) -> None:
        """A commune whose province's row ends begins a new one too, under the heir of the province."""
        for province in [place for place in self.old.values() if place.level == Place.Level.PROVINCE]:
            held = Place.objects.filter(parent=province, level=Place.Level.COMMUNE, valid_to=None).order_by("code")
            left = [commune for commune in held if (commune.level, commune.code) not in self.old]
            heirs = self.made.heirs(province)
            if left and len(heirs) != 1:
                row = next(change.row for change in self.changes if change.old_code == province.code)
                codes = ", ".join(commune.code for commune in left[:NAMED]) + ("…" if len(left) > NAMED else "")
                self.refuse(row, "old_code", "HS6185", province=province.full_name, number=len(left), codes=codes)
                continue
            for commune in left:
                key = (commune.level, commune.code)
                if key in self.new:
                    continue  # refused by _codes_are_free
                unit = NewUnit(
                    Place.Level.COMMUNE, commune.code, commune.full_name, commune.name_en, self.day, heirs[0]
                )
                unit.sources.append(commune)
                self.old[key], self.new[key] = commune, unit
                self.made.steps.append(Step(commune, unit, "same"))

    def _codes_are_free(self) -> None:
        for change in self.changes:
            if not change.new_code or (change.level, change.new_code) in self.old:
                continue
            borne = Place.objects.filter(level=change.level, code=change.new_code, valid_to=None).first() or place_at(
                change.level, change.new_code, self.day
            )
            if borne:
                self.refuse(change.row, "new_code", "HS6184", code=change.new_code, name=borne.address)

    def _facilities(self) -> None:
        named: dict[str, tuple[Change, NewUnit]] = {
            code: (change, self.new[change.level, change.new_code])
            for change in self.changes for code in change.facilities
        }  # fmt: skip
        by_unit = units_within([place.pk for place in self.old.values() if place.level == Place.Level.COMMUNE])
        of = {place.pk: place for place in self.old.values()}
        links = FacilityLink.objects.select_related("facility", "place").filter(place_id__in=by_unit)
        for link in links.order_by("facility__code"):
            if (link.valid_to and link.valid_to <= self.day) or (link.valid_from and link.valid_from >= self.day):
                continue
            old = of[by_unit[link.place_id]]
            heirs = self.made.heirs(old)
            told = named.pop(link.facility.code, None)
            if told and told[1] not in heirs:
                self._elsewhere(told[0], link.facility.code)
            to = heirs[0] if len(heirs) == 1 else told[1] if told else None
            self.made.moves.append(Move(link, old, to))
        for code, (change, _) in named.items():
            self._elsewhere(change, code)

    def _elsewhere(self, change: Change, code: str) -> None:
        self.refuse(change.row, "facilities", "HS6191", facility=code)
