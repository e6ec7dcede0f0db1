"""The secrets of hospital software, for the administrator: who has one, until when, and the new one shown once."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.accounts.insurer_secrets import Issued, insurer_secrets, issue_secret, revoke_secret, rotate_secret
from hoso.core.accounts.models import Credential
from hoso.core.errors import HosoError
from hoso.core.places.facilities import facility_by_code
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

OVERLAP = timedelta(days=1)


def secrets(request: ActingRequest) -> HttpResponse:
    """Every secret ever issued; none of them can be shown again."""
    return _page(request, None)


def issue(request: ActingRequest) -> HttpResponse:
    """Issue a facility's first secret. Raises HosoError HS3310, HS9004 for a code that is not known."""
    if request.method != "POST":
        return redirect("gateway_secrets")
    code = request.POST.get("facility", "").strip()
    facility = facility_by_code(code)
    if facility is None:
        raise HosoError("HS9004", name="facility", value=code[:40])
    return _page(request, issue_secret(request.actor, facility, request.POST.get("username", "").strip()[:100]))


def rotate(request: ActingRequest) -> HttpResponse:
    """Hand out a new secret; the old one works on for a day. Raises HosoError HS3311."""
    if request.method != "POST":
        return redirect("gateway_secrets")
    return _page(request, rotate_secret(request.actor, request.POST.get("username", ""), overlap=OVERLAP))


def revoke(request: ActingRequest) -> HttpResponse:
    """End a secret at once. Raises HosoError HS3311."""
    if request.method == "POST":
        revoke_secret(request.actor, request.POST.get("username", ""), request.POST.get("reason", ""))
        messages.success(request, spoken(("Đã thu hồi.", "Revoked.")))
    return redirect("gateway_secrets")


def _page(request: ActingRequest, issued: Issued | None) -> HttpResponse:
    found = ask(request, _secrets, about="gateway secrets")
    is_open = settings.ENVIRONMENT["HOSO_INSURER_GATEWAY"]
    context = {"secrets": found, "issued": issued, "now": timezone.now(), "is_open": is_open}
    return render(request, "accounts/gateway_secrets.html", context)


def _secrets(_scope: Scope) -> list[Credential]:
    return list(insurer_secrets())
