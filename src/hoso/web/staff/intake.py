"""The intake desk: sending packages, the account of all of them, the newest ones."""

from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake import actions
from hoso.engines.intake import queries as intake
from hoso.engines.intake.models import Account, PackageRow
from hoso.web.asking import ask
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.balance import balance

PAGE = 30


@dataclass(frozen=True)
class Desk:
    totals: Account
    packages: list[PackageRow]


def desk(request: ActingRequest) -> HttpResponse:
    """`?before=` the id of the oldest package shown: the page that follows it."""
    before = request.GET.get("before", "")
    before_id = int(before) if before.isdecimal() else None

    def query(scope: Scope) -> Desk:
        return Desk(intake.totals(scope), list(intake.packages(scope, limit=PAGE, before_id=before_id)))

    found = ask(request, query, about="packages")
    context = {
        "account": found.totals,
        "balance": balance(found.totals),
        "packages": found.packages,
        "older": found.packages[-1].id if len(found.packages) == PAGE else None,
        "newest": before_id is None,
        "may_send": may(request.actor, "package.send", "record_keeping"),
    }
    return render(request, "intake/desk.html", context)


def totals(request: ActingRequest) -> HttpResponse:
    """The account of all packages, as a fragment."""
    account: Account = ask(request, intake.totals, about="totals")
    return render(request, "intake/account.html", {"account": account, "balance": balance(account)})


def recent(request: ActingRequest) -> HttpResponse:
    """The newest packages, as a fragment of the first page."""
    packages: list[PackageRow] = ask(request, lambda scope: list(intake.packages(scope, limit=5)), about="packages")
    return render(request, "intake/recent.html", {"packages": packages})


def upload(request: ActingRequest) -> HttpResponse:
    """Take in one or more files. Each is acknowledged only once its bytes and its row are safe.

    Raises HosoError HS3012 without a file.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    files = [file for file in request.FILES.getlist("files") if isinstance(file, UploadedFile)]
    if not files:
        raise HosoError("HS3012", file="")
    receipts = [(file.name, actions.receive(request.actor, file.name or "", file.chunks(), "upload")) for file in files]
    if request.headers.get("HX-Request"):
        return render(request, "intake/receipts.html", {"receipts": receipts}, status=202)
    return redirect("intake")
