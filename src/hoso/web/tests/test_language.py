from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.translation import get_language

from hoso.web.language import language_middleware


def spoken(request: HttpRequest) -> str:
    response = language_middleware(lambda _: HttpResponse(get_language()))(request)
    return str(response.headers["Content-Language"])


def test_vietnamese_comes_first_whatever_the_browser_wishes(rf: RequestFactory) -> None:
    assert spoken(rf.get("/", headers={"Accept-Language": "en-US,en"})) == settings.LANGUAGE_CODE


def test_what_a_person_chose_stays(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert spoken(request) == "en"
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert spoken(request) == settings.LANGUAGE_CODE
