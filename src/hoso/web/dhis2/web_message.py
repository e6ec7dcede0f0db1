"""DHIS2's WebMessage: the shape of every answer that is not data."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from hoso.core.errors import HosoError

ADDRESS = "/dhis2/"
NAMES = {
    200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 429: "Too Many Requests",
}  # fmt: skip


def is_dhis2(request: HttpRequest) -> bool:
    return request.path.startswith(ADDRESS)


def web_message(http: int, message: str, response: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
    """An answer of this HTTP status; `status` tells whether it went well."""
    content: dict[str, Any] = {
        "httpStatus": NAMES.get(http, "Error"),
        "httpStatusCode": http,
        "status": more.pop("status", "OK" if http < 400 else "ERROR"),
        "message": message,
        **more,
    }
    if response is not None:
        content["response"] = response
    return JsonResponse(content, status=http)


def refused(error: HosoError) -> HttpResponse:
    """A coded error in DHIS2's shape; Vietnamese beside the English that its clients expect."""
    answer = web_message(
        error.status,
        error.message("en"),
        errorCode=error.code,
        devMessage=error.what_to_do("en"),
        messageVi=error.message("vi"),
    )
    if error.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="HoSo"'
    return answer
