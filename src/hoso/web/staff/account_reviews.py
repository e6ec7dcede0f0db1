"""The half-yearly review of accounts, and making the accounts of a list."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from hoso.core.accounts.account_import import AccountReport, import_accounts
from hoso.core.accounts.account_sheet import template_csv
from hoso.core.accounts.queries import last_review, review_due_on
from hoso.core.accounts.reviews import review_csv, sign_review
from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.oversight.review import lines_of_all_systems
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

MOST_BYTES = 2 * 1024 * 1024


def review(request: ActingRequest) -> HttpResponse:
    """Who may what, to be looked through and signed off every half year."""
    problem = None
    if request.method == "POST":
        try:
            sign_review(request.actor, request.POST.get("note", ""), lines_of_all_systems)
            messages.success(request, spoken(("Đã ký rà soát.", "The review was signed.")))
            return redirect("account_review")
        except HosoError as error:
            problem = error
    lines, last = ask(request, lambda _scope: (lines_of_all_systems(), last_review()), about="account review")
    context = {"lines": lines, "last": last, "due": review_due_on(), "today": timezone.localdate(), "problem": problem}
    return render(request, "accounts/review.html", context, status=422 if problem else 200)


def review_file(request: ActingRequest) -> HttpResponse:
    """The list as a file: as it was signed (`?signed=1`), else as it is now."""
    signed = request.GET.get("signed") == "1"
    lines, last = ask(
        request, lambda _scope: (lines_of_all_systems(), last_review()), action="export", about="account review"
    )
    content = review_csv(last.lines if signed and last else lines)
    return _csv(content, f"ra-soat-tai-khoan-{timezone.localdate():%Y%m%d}.csv")


def bulk(request: ActingRequest) -> HttpResponse:
    """Take a list of accounts in; its report names every row and shows each invitation once."""
    report, problem = None, None
    if request.method == "POST":
        try:
            report = _taken(request)
        except HosoError as error:
            problem = error
    if report is not None and request.POST.get("answer") == "csv":
        return _csv(_report_csv(request, report), "lien-ket-moi.csv")
    context: dict[str, object] = {
        "report": report,
        "problem": problem,
        "provinces": _provinces(),
        "base": request.build_absolute_uri("/invitation/"),
    }
    if report is not None:
        context |= {outcome: report.count(outcome) for outcome in ("created", "role_added", "unchanged", "refused")}
    return render(request, "accounts/bulk.html", context, status=422 if problem else 200)


def bulk_template(request: ActingRequest) -> HttpResponse:
    """The list to fill in, with every facility of `?province=`. Raises HosoError HS9004."""
    text = request.GET.get("province", "")
    province = Place.objects.filter(level=Place.Level.PROVINCE, pk=text).first() if text.isdecimal() else None
    if text and province is None:
        raise HosoError("HS9004", name="province", value=text[:40])
    return _csv(template_csv(province.pk if province else None, "station_nurse"), "tai-khoan.csv")


def _taken(request: ActingRequest) -> AccountReport:
    sent = request.FILES.get("file")
    if sent is None:
        raise HosoError("HS9004", name="file", value="")
    if (sent.size or 0) > MOST_BYTES:
        raise HosoError("HS6010", file=sent.name, reason="> 2 MB")
    suffix = Path(sent.name or "").suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{suffix if suffix in ('.xlsx', '.xls', '.ods', '.xlsb') else '.csv'}"
        path.write_bytes(sent.read())
        return import_accounts(request.actor, path)


def _report_csv(request: ActingRequest, report: AccountReport) -> str:
    lines = ["row,username,full_name,facility,outcome,invitation"]
    for row in report.rows:
        link = request.build_absolute_uri(reverse("invitation", args=[row.token])) if row.token else ""
        lines.append(
            ",".join(
                _quoted(str(cell))
                for cell in (row.number, row.username, row.full_name, row.facility, row.outcome, link)
            )
        )
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def _quoted(text: str) -> str:
    safe = f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
    return '"' + safe.replace('"', '""') + '"'


def _csv(content: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _provinces() -> list[Place]:
    return list(Place.objects.filter(level=Place.Level.PROVINCE, valid_to=None).order_by("folded_name"))
