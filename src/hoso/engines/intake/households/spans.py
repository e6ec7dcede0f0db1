"""What lists say of persons over time: one row from the day it was said first to the day something else was said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoso.core.database.bulk import bulk_insert
from hoso.engines.people.known_person import KnownPerson

Said = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Said of a person on a day; `end` where it is known to have ended (a death)."""

    person: KnownPerson
    day: date
    said: Said
    end: date | None = None


@dataclass(slots=True)
class _Latest:
    first_day: date
    last_day: date | None
    said: Said

    @property
    def is_a_moment(self) -> bool:
        """Said of one day alone, because a death before it was learnt of later."""
        return self.last_day == self.first_day


def write_spans(
    cursor: Any, table: str, columns: Mapping[str, str], spans: Iterable[Span], silent: int = 0
) -> frozenset[int]:
    """Write what is news into a table with `first_day` and `last_day`; the last `silent` of `columns` say where it was said
    and make no news. A list older than what is known adds a span of the past. Gives the persons of whom there was news.
    """
    wanted = list(spans)
    ids = sorted({span.person.person_id for span in wanted})
    names = ", ".join(columns)
    cursor.execute(
        f"SELECT DISTINCT ON (source_person_id) source_person_id, first_day, last_day, {names} FROM {table}"
        " WHERE source_person_id = ANY (%s) ORDER BY source_person_id, first_day DESC",
        [ids],
    )
    latest = {row[0]: _Latest(row[1], row[2], tuple(row[3:])) for row in cursor.fetchall()}
    told = len(columns) - silent
    new: dict[tuple[int, date], tuple[Any, ...]] = {}
    ended: dict[tuple[int, date], date | None] = {}
    news: set[int] = set()
    for span in wanted:
        person, known = span.person.person_id, latest.get(span.person.person_id)
        if (
            known
            and known.said[:told] == span.said[:told]
            and (known.last_day == span.end or (span.day < known.first_day and (not span.end or known.is_a_moment)))
        ):
            continue
        if known and span.day < known.first_day:
            new.setdefault((person, span.day), span_row(span, span.end or known.first_day))
            if span.end and span.end <= known.first_day:  # said to live after the death: that ends the day it began
                ended[person, known.first_day] = known.first_day
            news.add(person)
            continue
        if known and known.said[:told] == span.said[:told]:
            if (person, known.first_day) in new:
                new[person, known.first_day] = span_row(span, span.end, known.first_day)
            else:
                ended[person, known.first_day] = span.end
        else:
            if known and known.first_day < span.day and known.last_day is None:
                ended[person, known.first_day] = span.day
            new[person, span.day] = span_row(span, span.end)
        latest[person] = _Latest(span.day, span.end, span.said)
        news.add(person)
    _write(cursor, table, columns, new, ended)
    return frozenset(news)


def span_columns(said: Mapping[str, str]) -> dict[str, str]:
    """The columns of a table of spans whose `said` says what it is about."""
    return {
        "person_id": "bigint", "source_person_id": "bigint", "place_id": "bigint", "first_day": "date", "last_day": "date", **said,
    }  # fmt: skip


def span_row(span: Span, last_day: date | None, first_day: date | None = None) -> tuple[Any, ...]:
    """Of `span_columns`."""
    now = span.person.now
    return (
        now.person_id, span.person.source_person_id, now.place_id, first_day or span.day, last_day, *span.said
    )  # fmt: skip


def _write(
    cursor: Any, table: str, columns: Mapping[str, str], new: Mapping[Any, Said], ended: Mapping[Any, Any]
) -> None:
    kept = {key: end for key, end in ended.items() if key not in new}
    if kept:
        cursor.execute(
            f"UPDATE {table} t SET last_day = k.last_day FROM unnest(%s::bigint[], %s::date[], %s::date[])"
            " AS k (person, first_day, last_day) WHERE t.source_person_id = k.person AND t.first_day = k.first_day",
            [[key[0] for key in kept], [key[1] for key in kept], list(kept.values())],
        )
    # Said otherwise of the same day: the later saying stands.
    replaced = [key for key in new]
    cursor.execute(
        f"SELECT source_person_id, first_day FROM {table} t JOIN unnest(%s::bigint[], %s::date[]) AS k (person, day)"
        " ON t.source_person_id = k.person AND t.first_day = k.day",
        [[key[0] for key in replaced], [key[1] for key in replaced]],
    )
    there = set(cursor.fetchall())
    types = span_columns(columns)
    for key in sorted(there):
        row = dict(zip(types, new[key], strict=True))
        settings = ", ".join(f"{name} = %s" for name in ("last_day", *columns))
        cursor.execute(
            f"UPDATE {table} SET {settings} WHERE source_person_id = %s AND first_day = %s",
            [*(row[name] for name in ("last_day", *columns)), *key],
        )
    bulk_insert(cursor, table, types, [row for key, row in new.items() if key not in there])
