"""The accounts of the house and the roles they hold, for the administrator."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.core.accounts.models import Account, Assignment
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest


def accounts(request: ActingRequest) -> HttpResponse:
    """Every account with what it may be today, where and until when."""
    found = ask(request, _accounts, about="accounts")
    return render(request, "accounts/list.html", {"accounts": found, "today": timezone.localdate()})


def _accounts(_scope: Scope) -> list[Account]:
    held = Assignment.objects.select_related("facility", "place").order_by("valid_from")
    return list(Account.objects.prefetch_related(Prefetch("assignments", held)).order_by("kind", "username"))
