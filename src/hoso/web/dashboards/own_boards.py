"""Boards of users beside the shipped ones: the same pages, under `own-<id>`."""

from collections.abc import Mapping
from uuid import UUID

from hoso.core.access.actor import Actor
from hoso.core.errors import HosoError
from hoso.engines.statistics.boards.board import BoardTile, Kind, OwnBoard, boards_seen
from hoso.web.dashboards.boards import Board, Tile, boards

PREFIX = "own-"


def every_board(actor: Actor) -> Mapping[str, Board]:
    """The shipped ones, then those of users that the actor sees."""
    return {**boards(), **_of_users(actor, "board")}


def reports_seen(actor: Actor) -> Mapping[str, Board]:
    """The reports of users that the actor sees."""
    return _of_users(actor, "report")


def find_board(actor: Actor, key: str, kind: Kind | None = None) -> Board:
    """Of this kind, or of either. Raises HosoError HS5454 for one that is not there, or that is not shown to the actor."""
    found = _of_users(actor).get(key) if key.startswith(PREFIX) else boards().get(key)
    if found is None or kind not in (None, found.kind):
        raise HosoError("HS5454", name=key[:40])
    return found


def own_board(actor: Actor, key: str) -> OwnBoard:
    """One of the actor's own. Raises HosoError HS5454, HS5455 for somebody else's."""
    board = find_board(actor, key).own
    if board is None or board.owner_id != actor.account_id:
        raise HosoError("HS5455")
    return board


def key_of(board: UUID) -> str:
    return f"{PREFIX}{board.hex}"


def _of_users(actor: Actor, kind: Kind | None = None) -> dict[str, Board]:
    return {key_of(one.id): as_board(one) for one in boards_seen(actor) if kind in (None, one.kind)}


def as_board(one: OwnBoard) -> Board:
    tiles = {tile.key: _tile(tile) for tile in one.tiles}
    about = {
        "board": (f"Bảng của {one.owner}", f"A board of {one.owner}"),
        "report": (f"Báo cáo do {one.owner} soạn", f"A report built by {one.owner}"),
    }[one.kind]
    return Board(key_of(one.id), "", (one.title, one.title), about, "", one.period, tiles, one)


def _tile(one: BoardTile) -> Tile:
    return Tile(one.key, one.title, one.asked, one.place, one.wide, one.note, one.text)
