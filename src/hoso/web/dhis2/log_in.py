"""auth/login in the manner of 2.42: a name, a password and the code of an authenticator app open a session.

It is the sign-in of the house by another door: the same form, the same counting of wrong tries, the same stages between the right
password and a session (web/sign_in_adapter.py, web/sign_in_stages.py). What a stage still asks for here ends the sign-in; it is
done on the house's own pages.
"""

from http.cookies import SimpleCookie
from typing import Any

import orjson
from allauth.account.forms import LoginForm
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.mfa.base.forms import AuthenticateForm
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse

from hoso.core.errors import HosoError
from hoso.web.dhis2.parameters import only
from hoso.web.routes import ActingRequest
from hoso.web.sign_in_stages import MFA_STAGE_KEY, NoticeStage, PasswordStage, SecondFactorStage

SUCCESS, LOCKED, DISABLED = "SUCCESS", "ACCOUNT_LOCKED", "ACCOUNT_DISABLED"
WRONG_CODE = "INCORRECT_TWO_FACTOR_CODE_TOTP"  # wrong or none; the only kind of code that can be typed here
ENDED_BY = {
    MFA_STAGE_KEY: WRONG_CODE,
    PasswordStage.key: "PASSWORD_EXPIRED",
    SecondFactorStage.key: "REQUIRES_TWO_FACTOR_ENROLMENT",
}
START = "/"
TOO_MANY = "too_many_login_attempts"


def log_in(request: ActingRequest) -> HttpResponse:
    """POST {username, password, twoFactorCode}: always 200 with a loginStatus, but for what DHIS2 has no word for.

    Raises HosoError HS7002 for what is no such JSON, HS2003 for a wrong name or password, HS3493 where the notice of monitoring
    is not accepted yet; and answers HS2201, HS2203, HS2204, HS2239 as the sign-in page does.
    """
    only(request)
    name, password, code = _given(request)
    if request.user.is_authenticated:
        # Whoever was there before: the answer is about who signs in now. First of all, since the form keeps in the session
        # whether the password just given stands alone.
        logout(request)
    form = LoginForm({"login": name, "password": password}, request=request)
    if not form.is_valid():
        if _says(form, TOO_MANY):
            return _status(LOCKED)
        raise HosoError("HS2003")
    answer = form.login(request)
    stage = get_pending_stage(request)
    if stage is not None and stage.key == MFA_STAGE_KEY and code:
        second = AuthenticateForm({"code": code}, user=stage.login.user)
        if second.is_valid():
            second.save()
            answer = stage.exit()
            stage = get_pending_stage(request)
        elif _says(second, TOO_MANY):
            clear_login(request)
            return _status(LOCKED)
    return _told(request, answer, stage)


def _given(request: HttpRequest) -> tuple[str, str, str]:
    """Only what says that it is JSON: no form of another site can send that."""
    try:
        given = orjson.loads(request.body) if request.content_type == "application/json" else None
    except orjson.JSONDecodeError:
        given = None
    told = (
        [given.get(name) or "" for name in ("username", "password", "twoFactorCode")] if isinstance(given, dict) else []
    )
    if not told or not all(isinstance(one, str) for one in told):
        raise HosoError("HS7002", format="JSON", reason="username, password, twoFactorCode")
    return told[0], told[1], told[2]


def _told(request: HttpRequest, answer: HttpResponse, stage: Any) -> HttpResponse:
    """What came of the right password: a session, a stage that cannot be done here, or what the house turned away."""
    if request.user.is_authenticated:
        return _status(SUCCESS, answer.cookies, redirectUrl=START)
    clear_login(request)  # half a sign-in is none
    if stage is None:
        return answer if answer.status_code >= 400 else _status(DISABLED)
    if stage.key == NoticeStage.key:
        raise HosoError("HS3493")
    return _status(ENDED_BY[stage.key])


def _status(status: str, cookies: SimpleCookie | None = None, **more: str) -> HttpResponse:
    told = JsonResponse({"loginStatus": status, **more}, headers={"Cache-Control": "no-store"})
    told.cookies.update(cookies or {})
    return told


def _says(form: Any, code: str) -> bool:
    return any(error.code == code for errors in form.errors.as_data().values() for error in errors)
