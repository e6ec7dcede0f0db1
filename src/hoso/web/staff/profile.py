"""One's own account: name, mail, password, second factors, tokens, open sessions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.accounts.passwords import has_second_factor
from hoso.core.accounts.profile import change_profile, held_by, revoke_own_token
from hoso.core.errors import HosoError
from hoso.web.routes import ActingRequest


def profile(request: ActingRequest) -> HttpResponse:
    account: Any = request.user
    name, email, problem = account.full_name, account.email, None
    if request.method == "POST":
        name, email = request.POST.get("full_name", ""), request.POST.get("email", "")
        try:
            change_profile(request.actor, name, email)
            return redirect("profile")
        except HosoError as error:
            problem = (error.message("vi"), error.message("en"))
    context = {
        "account": account,
        "full_name": name,
        "email": email,
        "problem": problem,
        "held": held_by(account.pk),
        "with_factor": has_second_factor(account),
        "tokens": account.credentials.order_by("-created_at"),
    }
    return render(request, "security/profile.html", context, status=422 if problem else 200)


def revoke_token(request: ActingRequest, token_id: int) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    revoke_own_token(request.actor, token_id)
    return redirect("profile")
