"""A member of staff as FHIR Practitioner: a view of the account, at the address that the claim `fhirUser` names.

Nothing is stored: the account is what is changed. No address, no telephone, no number of the person stands in it.
"""

import orjson
from django.http import HttpResponse

from hoso.core.accounts.authorization.identity import STAFF, subject
from hoso.core.accounts.authorization.permits import permits
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.core.vietnamese.names import split_name
from hoso.web.fhir.outcomes import fhir_answer
from hoso.web.routes import ActingRequest

USERNAME_SYSTEM = "https://hoso.vn/fhir/sid/username"


def practitioner(request: ActingRequest, account_id: int) -> HttpResponse:
    """Raises HosoError HS5116 for other methods, HS2255 without a scope that opens it, HS5001 for no member of staff.

    Oneself is always told (an app with `fhirUser` may learn who works with it); of others, as the scopes allow. Citizens
    and offices are told of nobody.
    """
    if request.method not in ("GET", "HEAD"):
        raise HosoError("HS5116", method=request.method or "")
    own = request.actor.account_id == account_id and "fhirUser" in (request.actor.scopes or ("fhirUser",))
    if not own and not permits(request.actor, "Practitioner", "read"):
        raise HosoError("HS2255", type="Practitioner", interaction="read")
    asker = Account.objects.only("kind").get(pk=request.actor.account_id)
    account = Account.objects.filter(pk=account_id, kind__in=STAFF).first()
    if account is None or asker.kind not in (*STAFF, Account.Kind.SERVICE):
        raise HosoError("HS5001")
    return fhir_answer(as_practitioner(account))


def as_practitioner(account: Account) -> bytes:
    """The resource (FHIR R4, Practitioner). `active` is whether the account may sign in."""
    parts = split_name(account.full_name)
    given = [part for part in (parts.middle, parts.given) if part]
    name = {"use": "official", "text": account.full_name, "family": parts.family, "given": given}
    return orjson.dumps(
        {
            "resourceType": "Practitioner",
            "id": subject(account),
            "identifier": [{"use": "usual", "system": USERNAME_SYSTEM, "value": account.username}],
            "active": account.is_active,
            "name": [{key: value for key, value in name.items() if value}],
        }
    )
