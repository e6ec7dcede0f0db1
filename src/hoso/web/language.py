"""The language of a page: what the person chose, else the house's own; the browser's wish does not count.

Many laptops in Vietnam run an English browser: Vietnamese comes first until somebody asks for English.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from hoso.core.errors import Language

Answer = Callable[[HttpRequest], HttpResponseBase]


def page_language() -> Language:
    """The language of the page that is being made."""
    return "en" if translation.get_language() == "en" else "vi"


def language_middleware(get_response: Answer) -> Answer:
    """To stand where Django's LocaleMiddleware would."""
    known = {code for code, _ in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        with translation.override(language):
            response = get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response

    return middleware
