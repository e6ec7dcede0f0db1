"""`hoso keys`: the keys of this house, changed and dropped."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hoso.cli.terminal import json_option, print_json, print_table, progress_bar

KINDS = ("signing", "fields", "originals", "backup")
SIGNING_FILE = "signing-key"


@click.group(short_help="Change the keys.")
def keys() -> None:
    """The keys of this house: signing (sessions, links), fields (secrets in the database), originals, backup.

    To change one: `rotate` it, restart `hoso serve` (signing only), then `drop` the old one once nothing needs it. A stopped
    `rotate` is gone on with by running it again with --resume.
    """


@keys.command(short_help="Which keys there are.")
def show() -> None:
    """Each kind with its newest key and the older ones that still open what was kept under them."""
    from datetime import datetime

    from hoso.cli.house import home, open_house

    open_house()
    rows = []
    for kind in KINDS:
        known, path = _ids(kind, home())
        changed = datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d") if path.exists() else "–"
        rows.append((kind, known[-1] if known else "–", ", ".join(known[:-1]) or "–", changed))
    print_table(("kind", "newest", "older", "changed"), rows)


@keys.command(short_help="Make a new key and bring everything under it.")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--resume", is_flag=True, help="No new key: go on bringing everything under the newest one.")
@json_option
def rotate(kind: str, resume: bool, as_json: bool) -> None:
    """Make a new key; what is kept under older ones is written anew under it, while the house goes on.

    The older key stays until `hoso keys drop`. Raises HS9024 for a signing key that a setting gives.
    """
    from hoso.cli.house import open_current_house

    open_current_house()
    with progress_bar("tệp / files") as progress:
        written = _rotations()[kind](resume, progress)
    told = {"kind": kind, "written_anew": written}
    if as_json:
        print_json(told)
        return
    click.echo(f"{kind}: {written} được ghi lại bằng khoá mới / written anew under the new key")
    click.echo("Chạy `hoso backup` để khoá mới có trong bản sao lưu. Run `hoso backup`, so that the new key is in it.")


@keys.command(short_help="Drop keys that nothing needs any more.")
@click.argument("kind", type=click.Choice(KINDS))
@json_option
def drop(kind: str, as_json: bool) -> None:
    """Remove every key but the newest, after a look that nothing is kept under it. Raises HS9025 where something is.

    A dropped backup key no longer opens the backups that were sealed to it: that is how they are destroyed.
    """
    from hoso.cli.house import home, open_current_house

    open_current_house()
    known, _ = _ids(kind, home())
    for key_id in known[:-1]:
        _refuse_needed(kind, key_id)
    for key_id in known[:-1]:
        _drop(kind, key_id)
    if as_json:
        print_json({"kind": kind, "dropped": known[:-1]})
        return
    click.echo(f"{kind}: đã bỏ / dropped: {', '.join(known[:-1]) or '–'}")


def _rotations() -> dict[str, Callable[[bool, Any], int]]:
    return {"signing": _signing, "fields": _fields, "originals": _originals, "backup": _backup}


def _folder(kind: str) -> Any:
    from hoso.core.database.field_encryption import field_keys
    from hoso.core.files.originals import original_keys

    return field_keys() if kind == "fields" else original_keys()


def _ids(kind: str, home: Path) -> tuple[list[str], Path]:
    """Names of the keys of a kind, oldest first, and where they lie. A key in a file is named by its place in it."""
    from hoso.core.backup import sealing
    from hoso.core.backup.backup_keys import identity_file, read_identities

    if kind in ("fields", "originals"):
        folder = _folder(kind)
        return folder.ids(), folder.folder
    if kind == "backup":
        return [sealing.recipient_of(one) for one in reversed(read_identities(identity_file(home)))], identity_file(
            home
        )
    path = home / "secrets" / SIGNING_FILE
    lines = path.read_text().split() if path.exists() else []
    return [f"key-{number}" for number in range(1, len(lines) + 1)], path


def _signing(resume: bool, progress: Any) -> int:
    from hoso.cli.house import home
    from hoso.config.environment import read_environment
    from hoso.core.errors import HosoError

    if read_environment()["HOSO_SECRET_KEY"]:
        raise HosoError("HS9024", name="HOSO_SECRET_KEY")
    path = home() / "secrets" / SIGNING_FILE
    if not resume:
        _write_lines(path, [secrets.token_urlsafe(60), *path.read_text().split()])
    return 0


def _fields(resume: bool, progress: Any) -> int:
    from hoso.core.accounts.authorization import keys as signing_keys
    from hoso.core.accounts.second_factor import renew_factors

    if not resume:
        _folder("fields").add()
    return renew_factors() + signing_keys.renew_signing_keys()


def _originals(resume: bool, progress: Any) -> int:
    from hoso.core.files.originals import originals_folder
    from hoso.core.files.renewal import renew_originals

    if not resume:
        _folder("originals").add()
    return renew_originals(originals_folder(), _folder("originals"), progress)


def _backup(resume: bool, progress: Any) -> int:
    from hoso.cli.house import home
    from hoso.config.environment import read_environment
    from hoso.core.backup.backup_keys import add_identity
    from hoso.core.errors import HosoError

    if read_environment()["HOSO_BACKUP_RECIPIENTS"]:
        raise HosoError("HS9024", name="HOSO_BACKUP_RECIPIENTS")
    if not resume:
        add_identity(home())
    return 0


def _refuse_needed(kind: str, key_id: str) -> None:
    """Raises HosoError HS9025 where something is still kept under the key, here or in the backup folder."""
    from hoso.config.environment import read_environment
    from hoso.core.database.kept_under import tables_under
    from hoso.core.errors import HosoError
    from hoso.core.files.originals import originals_folder
    from hoso.core.files.renewal import under_key

    places: list[object] = []
    if kind == "fields":
        places += tables_under(key_id)
    if kind == "originals":
        backup = read_environment()["HOSO_BACKUP"]
        folders = [originals_folder(), *([Path(backup) / "originals"] if backup else [])]
        places += [found for folder in folders if (found := under_key(folder, key_id))]
    if places:
        raise HosoError("HS9025", key=key_id, place=places[0], name=kind)


def _drop(kind: str, key_id: str) -> None:
    """Remove a key; that it was is recorded first, with a fingerprint (docs/security/destruction.md)."""
    from hoso.cli.house import home
    from hoso.core.accounts.actions import operator
    from hoso.core.backup.backup_keys import identity_file, read_identities
    from hoso.core.files.destruction import record_destruction

    record_destruction(home(), kind, key_id, _key(kind, key_id), operator("keys drop").name)
    if kind in ("fields", "originals"):
        _folder(kind).remove(key_id)
    elif kind == "signing":
        path = home() / "secrets" / SIGNING_FILE
        _write_lines(path, path.read_text().split()[:1])
    else:
        _write_lines(identity_file(home()), read_identities(identity_file(home()))[:1])


def _key(kind: str, key_id: str) -> bytes:
    """The key itself, for its fingerprint; a public key stands for a backup key."""
    from hoso.cli.house import home

    if kind in ("fields", "originals"):
        found: bytes = _folder(kind).key(key_id)
        return found
    if kind == "backup":
        return key_id.encode()
    lines = (home() / "secrets" / SIGNING_FILE).read_text().split()
    return lines[-int(key_id.removeprefix("key-"))].encode()


def _write_lines(path: Path, lines: list[str]) -> None:
    import os

    from hoso.core.files.durable import durable_file

    with durable_file(path) as target:
        os.fchmod(target.fileno(), 0o600)
        target.write("\n".join([*lines, ""]).encode())
