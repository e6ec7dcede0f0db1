"""Coded errors as pages for people and JSON for software; nothing else of an error leaves the house."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hoso.core.errors import HosoError
from hoso.web.sign_in import wants_json

STATUS = {"HS2001": 403, "HS2002": 403, "HS2003": 401, "HS5001": 404, "HS4001": 409, "HS9001": 500, "HS9002": 404}


def answer(request: HttpRequest, error: HosoError) -> HttpResponse:
    """The answer to a coded error: its message, what to do, and the status that fits."""
    status = STATUS.get(error.code, 422 if error.code.startswith("HS3") else 400)
    if wants_json(request):
        return JsonResponse(error.as_dict(), status=status)
    return render(request, "error.html", {"error": error}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, HosoError("HS9002"))


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, HosoError("HS9001"))
