"""What the authorization server did, as audit events: who, through which software, with what result; no secret."""

from dataclasses import replace

from django.http import HttpRequest

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.models import Client, Grant
from hoso.core.accounts.models import Account
from hoso.core.audit.events import AuditEvent, record_event

PURPOSE = "own_account"


def record_issue(request: HttpRequest, grant: Grant, how: str) -> None:
    """A token was issued."""
    _record(request, grant.account, "sign-in", f"Grant/{grant.pk}", "done", f"{how} {grant.client.client_id}")


def record_grant(request: HttpRequest, grant: Grant) -> None:
    """A person allowed a client to act for them."""
    _record(request, grant.account, "create", f"Grant/{grant.pk}", "done", f"allowed {grant.client.client_id}")


def record_end(request: HttpRequest, grant: Grant, why: str) -> None:
    """A token or a whole grant was ended."""
    _record(request, grant.account, "delete", f"Grant/{grant.pk}", "done", f"{why} {grant.client.client_id}")


def record_refusal(request: HttpRequest, claimed_client: str, error: str, account: Account | None = None) -> None:
    """Something was refused. What was claimed as a client is written down only where there is such a client."""
    known = claimed_client.isalnum() and Client.objects.filter(client_id=claimed_client[:64]).exists()
    _record(request, account, "refuse", f"Client/{claimed_client}" if known else "", "refused", error)


def _record(request: HttpRequest, account: Account | None, action: str, thing: str, outcome: str, reason: str) -> None:
    asker: Actor = request.asker  # type: ignore[attr-defined]  # set by the view: from where, not yet who
    actor = replace(asker, account_id=account.pk, name=account.username) if account else asker
    record_event(AuditEvent(actor, "", PURPOSE, action, object=thing, outcome=outcome, reason=reason))
