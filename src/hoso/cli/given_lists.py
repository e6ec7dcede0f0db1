"""Taking a list in by a command, and what became of it, on a terminal or as JSON."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import Progress, print_json, print_refusals, progress_bar

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor
    from hoso.core.files.row_reports import Refusal
    from hoso.engines.intake.given_lists.kinds import ListKind

SHOWN = 100  # refused rows on a terminal; the page and its file show all


def take_in_list(
    kind: "ListKind",
    take: Callable[[int, Progress], None],
    actor: "Actor",
    file: Path,
    day: datetime | None,
    as_json: bool,
) -> None:
    """Keep the file, take every row that is left of it by `take`, and print the account. `day`: when it is true, else today.

    Raises HosoError as `ledger.receive`; SystemExit 1 where the list is not done.
    """
    from django.utils import timezone

    from hoso.core.files.originals import chunks_of
    from hoso.engines.intake.given_lists.ledger import receive

    with file.open("rb") as stream:
        list_id = receive(kind, actor, file.name, chunks_of(stream), day.date() if day else timezone.localdate())
    with progress_bar("dòng") as progress:
        take(list_id, progress)
    print_given_list(actor, kind, list_id, as_json)


def print_given_list(actor: "Actor", kind: "ListKind", list_id: int, as_json: bool) -> None:
    """The account and the first refused rows. Raises SystemExit 1 where the list is not done."""
    from hoso.core.access.reading import Asking, read
    from hoso.engines.intake.given_lists.ledger import PURPOSE
    from hoso.engines.intake.given_lists.lists import given_list, refused_rows_of

    account, refused = read(
        actor, PURPOSE, Asking(kind.permission, object=f"{kind.about}/{list_id}"),
        lambda scope: (given_list(kind, scope, list_id), list(refused_rows_of(kind, scope, list_id, SHOWN))),
    )  # fmt: skip
    assert account is not None
    if as_json:
        print_json({**account.as_dict(), "refusals": [{"sheet": one.sheet, **_told(one.refusal)} for one in refused]})
    elif account.refusal:
        click.echo(f"{account.refusal['code']}: {account.refusal['message']['vi']}", err=True)
    else:
        print_refusals([one.refusal for one in refused])
        click.echo(
            f"{account.rows_done} dòng / rows: {account.created} mới / new, {account.updated} đổi / changed, "
            f"{account.unchanged} như cũ / unchanged, {account.refused} bị từ chối / refused"
        )
    if account.state != "done":
        raise SystemExit(1)


def _told(refusal: "Refusal") -> dict[str, object]:
    return {"row": refusal.row, "field": refusal.field, **refusal.error.as_dict()}
