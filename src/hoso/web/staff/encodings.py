"""Converting a visit out of an old encoding: before and after beside each other, done only when a person says so."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.errors import HosoError
from hoso.core.vietnamese.legacy import ENCODINGS, TITLES
from hoso.engines.intake.conversion import Proposal, convert, propose
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken

SHOWN = 200


def encoding(request: ActingRequest, package_id: int, ordinal: int) -> HttpResponse:
    """`?as=` chooses another encoding; POST converts. Raises HosoError HS5001, HS3332 where nothing would change."""
    chosen = request.POST.get("as", "") if request.method == "POST" else request.GET.get("as", "")
    proposal: Proposal | None = ask(
        request,
        lambda scope: propose(scope, package_id, ordinal, chosen),
        about=f"package {package_id} visit {ordinal} encoding",
    )
    if proposal is None:
        raise HosoError("HS5001")
    if request.method == "POST":
        receipt = convert(request.actor, proposal)
        messages.success(
            request, spoken(("Đã chuyển và nhận như một gói mới.", "Converted and received as a new package."))
        )
        return redirect("package", receipt.id)
    context = {
        "proposal": proposal,
        "changes": proposal.changes[:SHOWN],
        "title": TITLES.get(proposal.encoding, "–"),
        "encodings": [(key, TITLES[key]) for key in ENCODINGS],
    }
    return render(request, "intake/encoding.html", context)
