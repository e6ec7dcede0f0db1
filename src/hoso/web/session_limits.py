"""How long a session lasts: it ends when nobody works in it, at its longest age, and outside of access hours.

What a page asks for by itself (its header `HoSo-Background`) is no work. The limits are looked up when the session
opens and kept in it; the session ends on the server, so a cookie that was copied is worth nothing afterwards.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from hoso.core.accounts.hours import hours_of, local_now
from hoso.core.accounts.models import AccessHours, Account
from hoso.core.accounts.passwords import has_second_factor, is_administrator
from hoso.core.accounts.sign_in_rules import sign_in_rules

KEY = "hoso_limits"
BACKGROUND = "HoSo-Background"
NOTED_EVERY = 20  # seconds: how exactly the last work is kept; a session may end so much early, never late
OPEN_PATHS = ("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "set_language")
Answer = Callable[[HttpRequest], HttpResponseBase]


def begin_session(request: HttpRequest, account: Account) -> None:
    """Keep in the new session when it began and what limits it."""
    rules, hours, now = sign_in_rules(), hours_of(account), time.time()
    kind = Account.Kind.ADMINISTRATOR if is_administrator(account) else account.kind
    idle = rules.idle.get(kind, min(rules.idle.values()))
    end = hours.open_until(local_now())
    request.session[KEY] = {
        "began": now,
        "seen": now,
        "idle": idle.total_seconds(),
        "hours_end": end.timestamp() if end else now,
        "outside": hours.outside,
    }


def session_limits(get_response: Answer) -> Answer:
    """Middleware, to stand after Django's authentication."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and request.user.is_authenticated:
            answer = _check(request)
            if answer is not None:
                return answer
        return get_response(request)

    return middleware


def _check(request: HttpRequest) -> HttpResponseBase | None:
    """End the session that is over; the answer that asks for a step more, or None to go on (perhaps signed out)."""
    if KEY not in request.session:
        begin_session(request, request.user)  # type: ignore[arg-type]
    limits, now = request.session[KEY], time.time()
    if (
        now - limits["seen"] >= limits["idle"]
        or now - limits["began"] >= sign_in_rules().longest_session.total_seconds()
    ):
        logout(request)
        return None
    if now >= limits["hours_end"] and not _stepped_up(request, limits["hours_end"]):
        if limits["outside"] == AccessHours.Outside.REFUSE or not _may_step_up(request):
            logout(request)
            return None
        if request.path not in {reverse(name) for name in OPEN_PATHS}:
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
    if now - limits["seen"] >= NOTED_EVERY and not request.headers.get(BACKGROUND):
        request.session[KEY] = {**limits, "seen": now}
    return None


def _may_step_up(request: HttpRequest) -> bool:
    user: Any = request.user
    return has_second_factor(user)


def _stepped_up(request: HttpRequest, since: float) -> bool:
    """Whether the second factor was given after the hours had ended."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" and record.get("at", 0) >= since for record in records)
