"""A board or a report of a user: what it holds, and reading those that somebody sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import orjson
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction

PURPOSE = "statistics"
MOST_TILES, MOST_BOARDS, LONGEST_TITLE, LONGEST_TEXT = 24, 50, 120, 5_000
Kind = Literal["board", "report"]  # tiles beside each other, or parts one after the other with text between them


@dataclass(frozen=True, slots=True)
class BoardTile:
    """`asked`: the words of its question but for place and period; `place`: the word of its place; none of them a figure.

    A part of a report may be `text` instead, paragraphs with a blank line between them; it then asks nothing.
    """

    key: str
    title: tuple[str, str]
    asked: Mapping[str, str]
    place: str
    wide: bool = False
    note: tuple[str, str] = ("", "")
    text: str = ""

    def stored(self) -> dict[str, object]:
        return {
            "key": self.key, "title": self.title, "asked": self.asked, "place": self.place, "wide": self.wide, "note": self.note,
            "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """Where a board is shared: everywhere, in a place and below it, or at a facility."""

    place_id: int | None = None
    facility_id: int | None = None

    @property
    def everywhere(self) -> bool:
        return self.place_id is None and self.facility_id is None


@dataclass(frozen=True, slots=True)
class OwnBoard:
    """`area` is where those who hold `shared_role` see it; None: nobody but its owner does."""

    id: UUID
    owner_id: int
    owner: str
    version: int
    title: str
    period: str
    tiles: Sequence[BoardTile]
    shared_role: str
    area: Area | None
    put_away: bool
    changed_at: datetime
    kind: Kind = "board"


COLUMNS = (
    "b.id, b.owner_id, coalesce(nullif(a.full_name, ''), a.username, ''), b.version, b.title, b.period, b.tiles::text, b.shared_role,"
    " b.place_id, b.facility_id, b.put_away, b.changed_at, b.kind"
)


def boards_seen(actor: Actor) -> list[OwnBoard]:
    """The own ones of both kinds and those shared with the actor's roles where they are held; the own ones first, by title."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM statistics_board b LEFT JOIN accounts_account a ON a.id = b.owner_id"
            " WHERE NOT b.put_away ORDER BY b.owner_id <> %s, b.title, b.id",
            [actor.account_id],
        )
        return [_board(row) for row in cursor.fetchall()]


def versions_of(actor: Actor, board: UUID) -> list[OwnBoard]:
    """Every earlier state of an own board, the latest first."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM statistics_board_history b LEFT JOIN accounts_account a ON a.id = b.owner_id"
            " WHERE b.id = %s ORDER BY b.version DESC",
            [board],
        )
        return [_board(row) for row in cursor.fetchall()]


def _board(row: tuple[object, ...]) -> OwnBoard:
    number, owner_id, owner, version, title, period, tiles, role, place, facility, put_away, changed_at, kind = row
    told = [
        BoardTile(
            one["key"],
            tuple(one["title"]),
            one["asked"],
            one["place"],
            one["wide"],
            tuple(one["note"]),
            one.get("text", ""),
        )
        for one in orjson.loads(str(tiles))
    ]
    return OwnBoard(
        number, owner_id, owner, version, title, period, told, role or "",  # type: ignore[arg-type]
        Area(place, facility) if role else None, put_away, changed_at, kind,  # type: ignore[arg-type]
    )  # fmt: skip
