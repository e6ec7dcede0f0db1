"""A person's details as rows of a page: the value in words, since when, from where; on demand what was said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoso.core.places.facilities import facility_names
from hoso.core.places.queries import address_lines
from hoso.engines.people.detail_history import DetailHistory, Saying
from hoso.engines.people.details import IDENTITY, detail_kinds
from hoso.engines.people.models import BirthDate, Identifier, Person, Sex
from hoso.web import ages
from hoso.web.templatetags.bilingual import spoken
from hoso.web.templatetags.figures import day
from hoso.web.templatetags.person import grouped, sex


@dataclass(frozen=True)
class SayingRow:
    text: str
    saying: Saying


@dataclass(frozen=True)
class DetailRow:
    """`text` is what the page shows; `now` is left out where the value comes from a visit that the asker may not see."""

    key: str
    title: str
    text: str
    now: Saying | None
    sayings: list[SayingRow]


def detail_rows(person: Person, histories: Sequence[DetailHistory]) -> list[DetailRow]:
    """The rows in the order of the definitions."""
    words = _Words(histories)
    rows = []
    for one in histories:
        key = one.kind.key
        sayings = [SayingRow(words.of(key, saying.value), saying) for saying in one.sayings]
        text, now = words.of(key, one.now.value), one.now if not _is_other(person, key, one.now.value) else None
        if now is None:
            text = {"address": person.address, "phone": person.phone, "residence": person.place_name}[key]
        # The identity stands in the banner; it is a row only once it changed.
        if key not in IDENTITY or len({row.text for row in sayings}) > 1:
            rows.append(DetailRow(key, spoken((one.kind.title_vi, one.kind.title_en)), text, now, sayings))
    return rows


def _is_other(person: Person, key: str, value: Any) -> bool:
    if key == "residence":
        return bool(person.place_name) and address_lines([value]).get(value, "") != person.place_name
    return key in ("address", "phone") and value != getattr(person, key)


class _Words:
    """Values in words; names of places and facilities are looked up once."""

    def __init__(self, histories: Sequence[DetailHistory]) -> None:
        said = [(one.kind.key, saying.value) for one in histories for saying in one.sayings]
        places = [value for key, value in said if key == "residence"]
        self.places = address_lines(places) if places else {}
        cards = [card for key, value in said if key == "card" for card in value]
        registered = {card["first_care"] for card in cards if "first_care" in card}
        self.facilities = facility_names(registered) if registered else {}

    def of(self, key: str, value: Any) -> str:
        if key == "residence":
            return self.places.get(value, "")
        if key == "birth":
            return spoken(ages.born(BirthDate(date.fromisoformat(value[0]), value[1], value[2])))
        if key == "sex":
            return sex(Sex(value))
        if key == "card":
            return "; ".join(map(self._card, value))
        if word := detail_kinds()[key].words.get(str(value)):
            return f"{value} ({word})"
        return _day(value) if key == "five_years" else str(value)

    def _card(self, card: dict[str, str]) -> str:
        parts = [grouped(Identifier("card", card["number"]))]
        if "valid_from" in card or "valid_to" in card:
            parts.append(f"{_day(card.get('valid_from', ''))}–{_day(card.get('valid_to', ''))}")
        if code := card.get("first_care"):
            parts.append(f"{spoken(('KCB ban đầu', 'first care'))}: {self.facilities.get(code, code)}")
        return ", ".join(parts)


def _day(text: str) -> str:
    """yyyymmdd as dd/mm/yyyy; as it was sent where it is no day."""
    try:
        return day(date(int(text[:4]), int(text[4:6]), int(text[6:8])))
    except ValueError:
        return text
