"""From what software presents in the Authorization header to the account it acts for, and how far.

`Bearer hosoat_…` is an access token of the authorization server. `Bearer hoso_…`, and DHIS2's `ApiToken d2pat_…`, are
tokens of an account. `Basic` is for accounts of software only, and never for one with a second factor.
"""

from base64 import b64decode
from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from hoso.core.accounts.authorization import throttle, tokens
from hoso.core.accounts.authorization.addresses import api_of, base_url
from hoso.core.accounts.authorization.models import Client, Token
from hoso.core.accounts.authorization.queries import may_act_for
from hoso.core.accounts.authorization.warrants import warrant_of_grant
from hoso.core.accounts.credentials import USE_NOTED_EVERY, credential_of_token, note_use
from hoso.core.accounts.models import Account, Credential

SCHEMES = ("bearer", "apitoken", "basic")


@dataclass(frozen=True)
class Access:
    """Who acts through software. `scopes` None: all that the account may. `client` names the software, if known."""

    account: Account
    scopes: tuple[str, ...] | None = None
    patient: str = ""
    second_factor: bool = False
    client: str = ""
    credential: Credential | None = None  # a token of the account's own
    warrant: str = ""  # by what it acts, for what it orders to be done later (warrants.py)

    def note_use(self) -> None:
        """Keep that the account is in use; after it was let in. Of access tokens their issue was kept."""
        if self.credential:
            note_use(self.credential)
        elif not self.client:
            before = timezone.now() - USE_NOTED_EVERY
            seldom = Q(last_login=None) | Q(last_login__lt=before)
            Account.objects.filter(seldom, pk=self.account.pk).update(last_login=timezone.now())


def presents_credential(request: HttpRequest) -> bool:
    """Whether software is asking. Basic counts on the APIs only: on a page the session decides."""
    scheme = _header(request)[0]
    return scheme in ("bearer", "apitoken") or (scheme == "basic" and bool(api_of(request.path)))


def access_of(request: HttpRequest, address: str) -> Access | None:
    """The access that the presented credential gives here and now; None for a dead or unknown one.

    Raises HosoError HS2011 while an address guesses passwords.
    """
    scheme, value = _header(request)
    if scheme == "basic":
        return _by_password(value, address)
    if scheme == "bearer" and value.startswith(tokens.ACCESS_PREFIX):
        return _by_access_token(request, value)
    credential = credential_of_token(value)
    if credential is None:
        return None
    scopes = tuple(credential.scopes) if credential.scopes else None
    return Access(credential.account, scopes, credential=credential, warrant=f"credential {credential.pk}")


def _by_access_token(request: HttpRequest, value: str) -> Access | None:
    token, now = tokens.find(value, Token.Kind.ACCESS), timezone.now()
    if token is None or not token.lives_at(now) or not api_of(request.path):
        return None
    grant = token.grant
    asked = base_url(request) + request.path
    if grant.audience and not (asked + "/").startswith(grant.audience + "/"):
        return None
    if not may_act_for(grant.client, grant.account):
        return None
    used = grant.client.last_used_at
    if used is None or now - used > timedelta(minutes=5):
        Client.objects.filter(pk=grant.client_id).update(last_used_at=now)
    return Access(
        grant.account,
        tuple(token.scopes.split()),
        grant.patient,
        grant.second_factor,
        grant.client.client_id,
        warrant=warrant_of_grant(grant),
    )


def _by_password(value: str, address: str) -> Access | None:
    try:
        username, _, password = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return None
    if "\x00" in username:
        return None
    throttle.refuse_when_throttled(username, address)
    account = Account.objects.filter(username=username, is_active=True, kind=Account.Kind.SERVICE).first()
    if account is None:
        Account().set_password(password)  # as slow as a real check: the answer tells nothing about names
    if account is None or is_mfa_enabled(account) or not account.check_password(password):
        throttle.count_failure(username, address)
        return None
    return Access(account)


def _header(request: HttpRequest) -> tuple[str, str]:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), value.strip()
