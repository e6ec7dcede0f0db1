"""/.well-known/security.txt (RFC 9116): where a weakness of this installation is told."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from hoso.core.errors import HosoError
from hoso.web.routes import PUBLIC, route

VALID_DAYS = 180  # RFC 9116, section 2.5.5: less than a year


def security_txt(request: HttpRequest) -> HttpResponse:
    """Raises HosoError HS9002 where no contact is set."""
    contact = settings.ENVIRONMENT["HOSO_SECURITY_CONTACT"]
    if not contact:
        raise HosoError("HS9002")
    expires = (datetime.now(UTC) + timedelta(days=VALID_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {contact}", f"Expires: {expires}", "Preferred-Languages: vi, en", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


urlpatterns: list[URLPattern] = [
    route(".well-known/security.txt", security_txt, name="security_txt", permission=PUBLIC, purpose=PUBLIC)
]
