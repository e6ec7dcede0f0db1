"""One turn of writing: every interaction in it, or none, in one database transaction.

The way in for single interactions, for each entry of a batch, and for whole transactions. The order of the work: find
what conditions mean, give ids, put references right, lock what is filed, then file resource by resource: patients first,
as the rest belongs to them, visits second. Nothing is asked of the database resource by resource.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, ProgrammingError, connection

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.accounts.authorization.permits import Permit
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.records.fhir.writing.asked import Done, Refused, Wanted
from hoso.engines.records.fhir.writing.collecting import collecting_put_off
from hoso.engines.records.fhir.writing.conditions import Conditions
from hoso.engines.records.fhir.writing.current import Current, Key, lock_current
from hoso.engines.records.fhir.writing.filing import FilingTurn
from hoso.engines.records.fhir.writing.new_ids import new_id, seed_of
from hoso.engines.records.fhir.writing.patching import patched
from hoso.engines.records.fhir.writing.permitted import check_type, scope_of_writer
from hoso.engines.records.fhir.writing.references import rewritten
from hoso.engines.records.fhir.writing.views import refuse_view
from hoso.engines.records.subscriptions.asked import TYPE as SUBSCRIPTION
from hoso.engines.records.subscriptions.asked import without_secrets
from hoso.engines.records.subscriptions.registering import end, register

INSUFFICIENT_PRIVILEGE = "42501"
TRIES = 3  # where another writer came between


def _nothing(cursor: Any, done: list[Done]) -> None:
    return


def take_turn(
    actor: Actor, purpose: str, wanted: Sequence[Wanted], about: str, in_bundle: bool = False,
    beside: Callable[[Any, list[Done]], None] = _nothing,
) -> list[Done]:  # fmt: skip
    """Do all of it, in the order given; `about` names it in the audit. `in_bundle`: the entries of a transaction, which may
    refer to each other by their full URLs. `beside`: what else is written in the same transaction, once all is filed.

    Raises HosoError, Refused or NotValid, and then nothing was done; HS2413 where row security keeps from the writer what would
    be written (a label of another role), HS5133 where others wrote the same each time.
    """
    scope = scope_of_writer(actor, purpose)
    for attempt in range(TRIES):
        try:
            with collecting_put_off(), acting_transaction(actor.account_id, purpose), connection.cursor() as cursor:
                done = _Turn(cursor, actor, scope, in_bundle).take(wanted, purpose, about)
                beside(cursor, done)
                return done
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") != INSUFFICIENT_PRIVILEGE:
                raise
            raise HosoError("HS2413") from error
        except (IntegrityError, OperationalError) as error:
            if not _came_between(error):
                raise
            if attempt == TRIES - 1:
                raise HosoError("HS5133") from error
    raise AssertionError


def _came_between(error: DatabaseError) -> bool:
    """A key that another writer took first, a deadlock, or a serialisation failure."""
    return getattr(error.__cause__, "sqlstate", "") in ("23505", "40P01", "40001")


class _Turn:
    def __init__(self, cursor: Any, actor: Actor, scope: Scope, in_bundle: bool) -> None:
        self.cursor = cursor
        self.actor = actor
        self.scope = scope
        self.in_bundle = in_bundle
        self.at = datetime.now(UTC)
        self.conditions = Conditions(cursor, scope)
        self.headers: dict[Key, dict[str, str]] = {}  # of subscriptions: secrets that are filed nowhere else

    def take(self, wanted: Sequence[Wanted], purpose: str, about: str) -> list[Done]:
        permits: dict[tuple[str, str], tuple[Permit, ...]] = {
            (one.type_name, one.method): check_type(self.actor, one.type_name, one.method) for one in wanted
        }
        self.conditions.find(wanted)
        keys = self._keys(wanted)
        for key in keys:
            refuse_view(*key)
        self._refuse_twice(wanted, keys)
        current = lock_current(self.cursor, self.scope, keys)
        bodies = self._bodies(wanted, keys, current)
        filing = FilingTurn(self.cursor, self.actor, self.scope, self.at, permits)
        done = filing.file(wanted, keys, bodies, current, self.conditions)
        filing.write(purpose, about)
        self._subscribe(done)
        return done

    def _subscribe(self, done: Sequence[Done]) -> None:
        for one in done:
            if one.type_name != SUBSCRIPTION:
                continue
            if one.resource is None:
                end(self.cursor, one.id)
            elif (one.type_name, one.id) in self.headers:
                register(self.cursor, self.actor, one.id, one.resource.content(), self.headers[one.type_name, one.id])

    def _keys(self, wanted: Sequence[Wanted]) -> list[Key]:
        seed = seed_of(wanted) if self.in_bundle else ""
        return [(one.type_name, self._id(one, seed)) for one in wanted]

    def _id(self, wanted: Wanted, seed: str) -> str:
        return wanted.id or self.conditions.meant(wanted) or new_id(wanted, seed)

    def _refuse_twice(self, wanted: Sequence[Wanted], keys: Sequence[Key]) -> None:
        """FHIR R4 section 3.1.0.11.2: the identities of a transaction must not overlap."""
        seen: dict[Key, str] = {}
        for one, key in zip(wanted, keys, strict=True):
            if self.conditions.finds_only(one):
                continue
            if key in seen:
                raise Refused("HS5138", one.place, resource="/".join(key), other=seen[key])
            seen[key] = one.place

    def _entries(self, wanted: Sequence[Wanted], keys: Sequence[Key]) -> dict[str, str]:
        """Full URL -> `Type/id`. Raises Refused HS5138 where two entries have one URL: a reference would mean both."""
        entries: dict[str, str] = {}
        for one, key in zip(wanted, keys, strict=True):
            if one.full_url in entries:
                raise Refused("HS5138", one.place, resource=one.full_url[:120], other=entries[one.full_url])
            if one.full_url:
                entries[one.full_url] = "/".join(key)
        return entries

    def _bodies(self, wanted: Sequence[Wanted], keys: Sequence[Key], current: Mapping[Key, Current]) -> list[bytes]:
        """What is to be filed of each, with its references put right; empty for a delete."""
        entries = self._entries(wanted, keys) if self.in_bundle else {}
        bodies = []
        for one, key in zip(wanted, keys, strict=True):
            body = one.body
            if one.method == "PATCH":
                body = patched(one, current[key].resource if key in current else None)
            if body and not one.as_sent and not self.conditions.finds_only(one):
                body = rewritten(body, entries, self.conditions.reference(one.place), self.in_bundle, one.place)
            if body and one.type_name == SUBSCRIPTION:
                body, self.headers[key] = without_secrets(body)
            bodies.append(body)
        return bodies
