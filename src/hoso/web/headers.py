"""Headers of every answer beside those of Django and of the content policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

NO_DEVICES = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def headers_middleware(get_response: GetResponse) -> GetResponse:
    """No page may use the device's camera and the like, and no other site may embed what we answer."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", NO_DEVICES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return answered
