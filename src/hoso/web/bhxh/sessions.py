"""Who is behind a request of the insurer's shape: the headers accessToken, tokenId, passwordHash."""

from django.conf import settings
from django.http import HttpRequest

from hoso.core.accounts.insurer_sessions import credential_of_session
from hoso.core.accounts.models import Account, Credential
from hoso.core.errors import HosoError


def account_of_gateway(request: HttpRequest) -> Account | None:
    """The account whose session the headers prove; its secret is kept on the request.

    Raises HosoError HS3300 where the gateway is closed.
    """
    check_open()
    credential: Credential | None = credential_of_session(
        request.headers.get("accessToken", ""),
        request.headers.get("tokenId", ""),
        request.headers.get("passwordHash", ""),
    )
    request.insurer_credential = credential  # type: ignore[attr-defined]
    return credential.account if credential else None


def check_open() -> None:
    """Raises HosoError HS3300 unless HOSO_INSURER_GATEWAY says yes."""
    if not settings.ENVIRONMENT["HOSO_INSURER_GATEWAY"]:
        raise HosoError("HS3300")
