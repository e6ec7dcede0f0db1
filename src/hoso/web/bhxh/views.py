"""The gateway of the insurer's shape: hospital software sends here as it sends there, with another address.

Behind it is the same door as behind the upload page and the API.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from hoso.core.accounts.insurer_sessions import open_session
from hoso.core.accounts.rate_limits import count_try, is_used_up
from hoso.core.errors import HosoError
from hoso.engines.intake import actions
from hoso.engines.intake.first_look import look_at_single
from hoso.web.bhxh.answers import receipt_answer, session_answer
from hoso.web.bhxh.forms import file_bytes, read_fields
from hoso.web.bhxh.protocol import Sending
from hoso.web.bhxh.sessions import check_open
from hoso.web.routes import ActingRequest

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
FAILURES = 10  # wrong passwords for a name from one address in a quarter of an hour
TRIES = 60  # askings for a token from one address in a minute


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """POST alone, and only where the gateway is open; a form of no session needs no CSRF token."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        check_open()
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        return view(request, *args, **kwargs)

    return csrf_exempt(checked)


@opened
def take_token(request: HttpRequest) -> HttpResponse:
    """POST username, password (MD5, upper-case). Raises HosoError HS3301 where they do not fit, HS3303 too often."""
    address = request.META.get("REMOTE_ADDR", "")
    if not count_try(f"token/{address}", TRIES, MINUTE):
        raise HosoError("HS3303")
    fields = read_fields(request)
    username = fields.get("username", "")[:100]
    key = f"wrong/{username}/{address}"
    if is_used_up(key, FAILURES, QUARTER):
        raise HosoError("HS3303")
    session = open_session(username, fields.get("password", ""))
    if session is None:
        count_try(key, FAILURES, QUARTER)
        raise HosoError("HS3301")
    return session_answer(session)


def sending(kind: Sending) -> Callable[..., HttpResponse]:
    """The view of one address: takes one file in and acknowledges it once it is safe.

    Raises HosoError HS3015 for another facility, HS3303 too often, HS3304/HS3305 for wrong fields, and what the first
    look at the file says; then nothing was received.
    """

    @opened
    def send(request: ActingRequest) -> HttpResponse:
        credential = request.insurer_credential  # type: ignore[attr-defined]
        if not count_try(f"send/{credential.pk}", settings.ENVIRONMENT["HOSO_INSURER_GATEWAY_RATE"], MINUTE):
            raise HosoError("HS3303")
        fields = read_fields(request)
        code = credential.facility.code
        _check(fields, kind, credential.account.username, code)
        content = file_bytes(fields.get("fileHSBase64", ""))
        look_at_single(content, code)
        receipt = actions.receive(request.actor, f"{kind.key}.xml", [content], "gateway", kind.version)
        return receipt_answer(receipt)

    return send


def _check(fields: Mapping[str, str], kind: Sending, username: str, facility_code: str) -> None:
    if fields.get("username", username) != username:
        raise HosoError("HS3304", name="username")
    if fields.get("loaiHoSo", "") != kind.kind:
        raise HosoError("HS3305", value=fields.get("loaiHoSo", "")[:20], expected=kind.kind)
    if fields.get("maCSKCB", "") != facility_code:
        raise HosoError("HS3015", facility=fields.get("maCSKCB", "")[:10])
