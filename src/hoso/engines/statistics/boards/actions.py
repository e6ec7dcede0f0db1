"""Making and changing a board or a report: always the owner's own, each change a new version, noted in the audit."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import orjson
from django.db import DatabaseError, connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.access.policy import decide
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.constraints import refused_by_row_security
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.boards.board import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_BOARDS,
    MOST_TILES,
    PURPOSE,
    Area,
    BoardTile,
    Kind,
    OwnBoard,
)


def make_board(actor: Actor, title: str, period: str, tiles: Sequence[BoardTile], kind: Kind = "board") -> UUID:
    """A new one, shared with nobody. Raises HosoError HS2001, HS3450, HS5456, HS9004 for a title that is none."""
    _check(title, tiles, kind)
    number = uuid4()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        cursor.execute("SELECT count(*) FROM statistics_board WHERE owner_id = %s AND NOT put_away", [actor.account_id])
        if cursor.fetchone()[0] >= MOST_BOARDS:
            raise HosoError("HS5456", limit=MOST_BOARDS)
        cursor.execute(
            "INSERT INTO statistics_board (id, owner_id, title, period, tiles, kind) VALUES (%s, %s, %s, %s, %s, %s)",
            [number, actor.account_id, title, period, _stored(tiles), kind],
        )
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "create", object=f"statistics/board/{number}/1"))
    return number


def change_board(actor: Actor, before: OwnBoard, now: OwnBoard) -> None:
    """Write `now` over `before`, the version that was looked at.

    Raises HosoError HS2001, HS3450, HS5455 where it was changed meanwhile or is somebody else's, HS5456, HS5457 for an area beyond the
    own one, HS9004.
    """
    _check(now.title, now.tiles, before.kind)
    area = now.area or Area()
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        granted = decide(actor, "statistics.read", PURPOSE)
        try:
            with transaction.atomic():
                cursor.execute(
                    "UPDATE statistics_board SET version = version + 1, title = %s, period = %s, tiles = %s, shared_role = %s,"
                    " everywhere = %s, place_id = %s, facility_id = %s, put_away = %s"
                    " WHERE id = %s AND version = %s AND owner_id = %s",
                    [
                        now.title, now.period, _stored(now.tiles), now.shared_role or None,
                        bool(now.shared_role) and area.everywhere, area.place_id, area.facility_id, now.put_away,
                        before.id, before.version, actor.account_id,
                    ],
                )  # fmt: skip
        except DatabaseError as error:
            if not refused_by_row_security(error):
                raise
            raise HosoError("HS5457") from error
        if cursor.rowcount != 1:
            raise HosoError("HS5455")
        told = f"statistics/board/{before.id}/{before.version + 1}"
        record_event(AuditEvent(actor, granted.role.key, PURPOSE, "update", object=told))


def moved(board: OwnBoard, key: str, by: int) -> OwnBoard:
    """With a tile one place earlier (-1) or later (1); at an end it stays."""
    tiles = list(board.tiles)
    at = next((place for place, one in enumerate(tiles) if one.key == key), None)
    if at is None:
        raise HosoError("HS5454", name=key[:40])
    tiles.insert(max(0, at + by), tiles.pop(at))
    return replace(board, tiles=tiles)


def _check(title: str, tiles: Sequence[BoardTile], kind: Kind) -> None:
    if not 1 <= len(title) <= LONGEST_TITLE or "\0" in title:
        raise HosoError("HS9004", name="title", value=title[:40])
    if len(tiles) > MOST_TILES:
        raise HosoError("HS5456", limit=MOST_TILES)
    for one in tiles:
        if one.text and (kind != "report" or one.asked or len(one.text) > LONGEST_TEXT or "\0" in one.text):
            raise HosoError("HS3450", limit=LONGEST_TEXT)


def _stored(tiles: Sequence[BoardTile]) -> str:
    return orjson.dumps([one.stored() for one in tiles]).decode()
