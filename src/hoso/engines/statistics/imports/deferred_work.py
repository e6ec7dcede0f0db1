"""The work of a deferred import: as who sent it, with the roles held now and what is left of the token's scopes."""

import io
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import allowed_permissions, permits
from hoso.core.accounts.authorization.warrants import standing
from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.formats import ADX_TYPE, read_payload
from hoso.engines.statistics.imports.options import read_options
from hoso.engines.statistics.imports.report import refused_summary
from hoso.engines.statistics.imports.run import PURPOSE, import_values

ROUTE = "job:statistics.take_deferred"
_WHICH = "WHERE uid = %s AND account_id = %s AND ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent, and through what."""

    account_name: str
    scopes: list[str] | None
    warrant: str
    source: str
    device: str
    request_id: UUID
    content_type: str
    parameters: str
    payload: bytes


def take_in(uid: str, account_id: int) -> None:
    """Do an import that is open; one that is over, or that another worker is at, is left alone."""
    with acting_transaction(account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE statistics_deferred_import SET begun_at = clock_timestamp() {_WHICH}", [uid, account_id]
        )
    with acting_transaction(account_id, PURPOSE):
        sent = _locked(uid, account_id)
        if sent is not None:
            _end(uid, account_id, _summary(sent, account_id))


def give_up(uid: str, account_id: int) -> None:
    """Say of an open import that it failed, for a reason that only the house's log knows."""
    with acting_transaction(account_id, PURPOSE):
        _end(uid, account_id, refused_summary(HosoError("HS9001")))


def _locked(uid: str, account_id: int) -> _Sent | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_name, scopes, warrant, source, device, request_id, content_type, parameters::text, payload"
            f" FROM statistics_deferred_import {_WHICH} FOR UPDATE SKIP LOCKED",
            [uid, account_id],
        )
        found = cursor.fetchone()
    return _Sent(*found) if found else None


def _summary(sent: _Sent, account_id: int) -> dict[str, Any]:
    """What came of it; of one that is refused as a whole nothing is stored."""
    try:
        with transaction.atomic():
            actor = _sender(sent, account_id)
            options = read_options(json.loads(sent.parameters), adx=sent.content_type == ADX_TYPE)
            rows = read_payload(io.BytesIO(bytes(sent.payload)), sent.content_type, options)
            return import_values(actor, rows, options).as_dhis2()
    except HosoError as error:
        return refused_summary(error)


def _sender(sent: _Sent, account_id: int) -> Actor:
    """Raises HosoError HS3491 where the access by which it was sent has ended, or allows it no more."""
    scopes = None if sent.scopes is None else tuple(sent.scopes)
    left = standing(Account.objects.get(pk=account_id), sent.warrant, scopes)
    if left is None:
        raise HosoError("HS3491")
    allowed = None if left.scopes is None else allowed_permissions(left.scopes, "dhis2")
    actor = Actor(
        account_id, sent.account_name, ROUTE, sent.source, sent.device, sent.request_id, scopes=left.scopes,
        allowed=allowed, warrant=sent.warrant,
    )  # fmt: skip
    if not any(permits(actor, "dataValueSets", one, "dhis2") for one in ("create", "update")):
        raise HosoError("HS3491")
    return actor


def _end(uid: str, account_id: int, summary: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE statistics_deferred_import SET ended_at = clock_timestamp(), payload = NULL, summary = %s "
            + _WHICH,
            [json.dumps(summary), uid, account_id],
        )
