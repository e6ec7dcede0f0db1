"""Notes on dates beside an answer: those of its places and of what these lie in, said in words and placed on the axis of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.question import Operand
from hoso.engines.statistics.discussion.date_notes import LONGEST, DateNote, notes_between, withdraw_note, write_note
from hoso.web.dhis2.asked_units import UnitItem, unit_tree
from hoso.web.dhis2.system import own_units
from hoso.web.explorer.discussing import asked_of
from hoso.web.explorer.layout import with_words
from hoso.web.explorer.names import Words, item_names
from hoso.web.explorer.question import Question
from hoso.web.explorer.reading import Explored
from hoso.web.given_days import given_day
from hoso.web.routes import ActingRequest

MOST_UNITS = 300  # of the form's choice


@dataclass(frozen=True, slots=True)
class ShownNote:
    """`first`, `last`: the ids of the periods of the answer in which it begins and ends."""

    note: DateNote
    words: Words
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class NoteForm:
    """What a note may be about: units (id, name), elements (id, name)."""

    units: Sequence[tuple[str, str]]
    elements: Sequence[tuple[str, Words]]
    longest: int = LONGEST


def notes_of(request: ActingRequest, question: Question) -> Sequence[ShownNote]:
    """Those that touch a period of the answer."""
    tree, periods = unit_tree(), question.periods
    if not periods or not question.units:
        return []
    above = {uid for one in question.units.values() for uid in one.thing.get("path", "").split("/") if uid}
    numbers = {one.number for one in question.units.values()} | {tree[uid].number for uid in above if uid in tree}
    first, last = min(one.start for one in periods.values()), max(one.end for one in periods.values())
    found = notes_between(request.actor, numbers, [one.label for one in question.items], first, last)
    names = {
        one.number: str(one.thing["name"])
        for one in [*question.units.values(), *(tree[uid] for uid in above if uid in tree)]
    }
    data = item_names(question.items)
    shown = []
    for note in found:
        touched = sorted(
            (label for label, one in periods.items() if one.start <= note.last and one.end >= note.first),
            key=lambda label: periods[label].start,
        )
        if touched:
            shown.append(ShownNote(note, _words(note, names.get(note.unit, ""), data), touched[0], touched[-1]))
    return shown


def with_notes(said: Words, notes: Sequence[ShownNote]) -> Words:
    """The sentence of an answer with what is noted of its time."""
    if not notes:
        return said
    vi, en = ("; ".join(one.words[language] for one in notes) for language in (0, 1))
    return f"{said[0]} Ghi chú: {vi}.", f"{said[1]} Notes: {en}."


def note_form(request: ActingRequest, question: Question) -> NoteForm:
    units = {**_own(request), **question.units}
    named = [(uid, str(one.thing["name"])) for uid, one in list(units.items())[:MOST_UNITS]]
    asked = item_names(one for one in question.items if isinstance(one, Operand))
    return NoteForm(named, [(label, words) for label, words in asked.items() if "." not in label])


def add(request: ActingRequest) -> HttpResponse:
    """POST `address` (of the Explorer), `unit`, `element` ("" for all data), `from`, `to` ("" for one day), `text`.

    Raises HosoError HS3470, HS3472, HS9004, and as `read_words`.
    """
    explored, given = asked_of(request), request.POST
    units: Mapping[str, UnitItem] = {**_own(request), **explored.question.units}
    unit = units.get(given.get("unit", ""))
    if unit is None:
        raise HosoError("HS9004", name="unit", value=given.get("unit", "")[:40])
    first = given_day("from", given.get("from", ""))
    last = given_day("to", given["to"]) if given.get("to") else first
    write_note(request.actor, unit.number, given.get("element", ""), (first, last), given.get("text", ""))
    return _back(explored)


def withdraw(request: ActingRequest, number: UUID) -> HttpResponse:
    """POST `address`. Raises HosoError HS3473, HS9004, and as `read_words`."""
    explored = asked_of(request)
    withdraw_note(request.actor, number)
    return _back(explored)


def _back(explored: Explored) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('explore')}{with_words(explored.words)}#date-notes")


def _own(request: ActingRequest) -> dict[str, UnitItem]:
    tree = unit_tree()
    return {uid: tree[uid] for uid in own_units(request) if uid in tree}


def _words(note: DateNote, unit: str, data: Mapping[str, Words]) -> Words:
    days = f"{note.first:%d/%m/%Y}" + (f" – {note.last:%d/%m/%Y}" if note.last != note.first else "")
    of = data.get(note.element)
    vi, en = (f"{unit}{f', {of[language]}' if of else ''}" for language in (0, 1))
    return f"{days}: {note.body} ({vi})", f"{days}: {note.body} ({en})"
