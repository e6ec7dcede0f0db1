"""The rules themselves are watched: where a file by which accesses are judged is not as the look before found it, every officer of the
desk is told, and an event of the audit names the files. An upgrade changes rules too, and is told like any other hand."""

from hashlib import sha256

import orjson
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.definitions import definitions_folder
from hoso.engines.oversight.telling import tell_desk


def watch_rules(actor: Actor, scope: Scope, purpose: str) -> tuple[str, ...]:
    """Names of the files changed, new or gone since the look before; none at the first look. Inside a look over the accesses."""
    files = rule_files()
    with connection.cursor() as cursor:
        cursor.execute("SELECT files FROM oversight_rules ORDER BY id DESC LIMIT 1")
        row = cursor.fetchone()
        before: dict[str, str] = files if row is None else orjson.loads(row[0])
        changed = tuple(sorted(name for name in files.keys() | before.keys() if files.get(name) != before.get(name)))
        if row is not None and not changed:
            return ()
        cursor.execute(
            "INSERT INTO oversight_rules (files) VALUES (%s::jsonb) RETURNING id", [orjson.dumps(files).decode()]
        )
        number = cursor.fetchone()[0]
        if not changed:
            return ()
    tell_of_rules(actor, scope, purpose, ", ".join(changed)[:300], str(number), "/oversight/")
    return changed


def tell_of_rules(actor: Actor, scope: Scope, purpose: str, what: str, number: str, address: str) -> None:
    """An event of the audit names what was changed, and every officer of the desk is told. Inside the changing transaction;
    `number` makes the notice one."""
    record_event(AuditEvent(actor, scope.role.key, purpose, "update", object=f"oversight rules: {what}"[:200]))
    tell_desk(
        f"oversight-rules:{number}", f"Quy tắc giám sát đã bị thay đổi: {what}. Đối chiếu với phiếu thay đổi.",
        f"Rules of oversight were changed: {what}. Compare with the change ticket.", address,
    )  # fmt: skip


def rule_files() -> dict[str, str]:
    """SHA-256 of every file of definitions/oversight, as it lies there now."""
    folder = definitions_folder() / "oversight"
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
