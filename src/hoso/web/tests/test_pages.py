"""Each page with sample data: what it must show, and the rules every page keeps."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from lxml import html

from hoso.core.access.reading import Asking
from hoso.web import error_pages

Get = Callable[..., HttpResponse]
DOCTOR, OFFICER = "doctor", "intake_officer"
PAGES = [
    ("/", DOCTOR), ("/", OFFICER), ("/people/", DOCTOR), ("/people/?q=mai", DOCTOR), ("/people/?q=zzz", DOCTOR),
    ("/people/1042/", DOCTOR), ("/people/1043/", DOCTOR), ("/people/1042/visits/0199-6/", DOCTOR),
    ("/intake/", OFFICER), ("/intake/packages/13/", OFFICER), ("/intake/packages/12/", OFFICER),
    ("/intake/packages/14/?state=filed&visit=5", OFFICER), ("/intake/quarantine/", OFFICER),
    ("/intake/conflicts/?all=1", OFFICER), ("/intake/people/1042/", OFFICER), ("/api/v1/docs", DOCTOR),
]  # fmt: skip
FRAGMENTS = [
    ("/people/1042/timeline/?before=2025-02-03T08:20:00%2B07:00", DOCTOR),
    ("/people/1042/trend/?code=Glucose&low=3.9&high=6.4", DOCTOR), ("/intake/totals/", OFFICER),
    ("/intake/recent/", OFFICER), ("/intake/conflicts/open/", OFFICER), ("/intake/packages/14/row/", OFFICER),
    ("/intake/packages/12/step/", OFFICER), ("/intake/people/1042/details/", OFFICER),
    ("/people/1042/details/", DOCTOR),
]  # fmt: skip


def tree(response: HttpResponse) -> Any:
    return html.fromstring(response.content.decode())


def text(response: HttpResponse) -> str:
    return " ".join(tree(response).text_content().split())


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("address", "role"), PAGES + FRAGMENTS)
def test_pages_render_in_both_languages(get: Get, address: str, role: str, language: str) -> None:
    response = get(address, role, language)
    assert response.status_code == 200
    assert len(response.content) < 40_000  # with style sheet and scripts a page stays under 60 kB on the line


@pytest.mark.parametrize(("address", "role"), PAGES)
def test_pages_keep_the_content_policy_and_stay_on_this_host(get: Get, address: str, role: str) -> None:
    page = tree(get(address, role))
    assert not page.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on")]
    assert not page.xpath("//@src[contains(., '//')] | //link/@href[contains(., '//')]")


@pytest.mark.parametrize(("address", "role"), PAGES)
def test_pages_speak_to_screen_readers(get: Get, address: str, role: str) -> None:
    page = tree(get(address, role))
    assert page.get("lang") == "vi"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for field in page.xpath("//input[not(@type='hidden')] | //textarea"):
        assert page.xpath("//label[@for=$name]", name=field.get("id")), html.tostring(field)
    assert not page.xpath("//table[not(caption)] | //th[not(@scope)] | //img[not(@alt)]")
    assert not page.xpath("//svg[not(@role) and not(@aria-hidden)]")
    assert len(page.xpath("//h1")) == 1


def test_search_finds_without_accents_and_gives_a_fragment_while_typing(get: Get) -> None:
    response = get("/people/?q=nguyen mai", **{"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in response.content.decode()
    assert tree(response).xpath("//a[@class='hit']/@href")[0] == "/people/1042/"


def test_the_banner_tells_allergies_and_age(get: Get) -> None:
    (banner,) = tree(get("/people/1042/")).xpath("//*[contains(@class, 'banner ') or @class='banner']")
    words = " ".join(banner.text_content().split())
    assert "Penicillin" in words
    assert "07/03/1961" in words
    assert "080 161 000 123" in words


def test_no_allergy_is_said_and_a_provisional_person_is_marked(get: Get) -> None:
    words = text(get("/people/1043/"))
    assert "Dị ứng: chưa ghi nhận" in words
    assert "Hồ sơ tạm" in words
    assert "Không có dữ liệu: chưa nhận được lượt khám nào" in words


def test_the_timeline_tells_no_data_from_withheld(get: Get) -> None:
    words = text(get("/people/1042/"))
    assert "không có dữ liệu 14 tháng" in words
    assert words.count("Có nội dung được giữ lại theo quy định") == 1


def test_a_result_out_of_range_is_said_in_words(get: Get) -> None:
    words = text(get("/people/1042/visits/0199-6/"))
    assert "9,8 mmol/L ↑ Cao" in words
    assert "3,2 mmol/L ↓ Thấp" in words
    assert "6.708.500 đ" in words


def test_a_refused_package_says_why_and_what_to_do(get: Get) -> None:
    words = text(get("/intake/packages/12/", OFFICER))
    assert "HS3001" in words
    assert "Xuất lại tệp không có DOCTYPE." in words


def test_polling_ends_with_the_package(get: Get) -> None:
    assert b"every 1s" in get("/intake/packages/14/row/", OFFICER).content
    done = get("/intake/packages/13/row/", OFFICER)
    assert b"every 1s" not in done.content
    assert done["HX-Trigger"] == "package-finished"


def test_each_page_asks_once(get: Get, questions: list[Asking]) -> None:
    for address, role in PAGES[2:-1]:
        questions.clear()
        get(address, role)
        assert len(questions) == 1, address


@pytest.mark.parametrize(
    ("address", "role", "status", "code"),
    [
        ("/people/99/", DOCTOR, 404, "HS4003"), ("/people/1042/visits/none/", DOCTOR, 404, "HS5001"),
        ("/intake/", DOCTOR, 403, "HS2001"), ("/people/1042/", OFFICER, 403, "HS2001"),
        ("/accounts/", DOCTOR, 403, "HS2001"), ("/people/1042/timeline/?before=x", DOCTOR, 400, "HS9004"),
        ("/people/1042/trend/?code=K&low=NaN", DOCTOR, 400, "HS9004"),
        ("/intake/packages/13/?state=x", OFFICER, 400, "HS9004"), ("/intake/packages/99/", OFFICER, 404, "HS5001"),
    ],
)  # fmt: skip
def test_refusals_are_coded_pages(get: Get, address: str, role: str, status: int, code: str) -> None:
    response = get(address, role)
    assert response.status_code == status
    assert code in text(response)


def test_no_page_of_a_person_is_kept_by_the_browser(get: Get) -> None:
    assert get("/people/1042/")["Cache-Control"] == "no-store"


def test_the_page_of_a_failure_asks_nothing(rf: RequestFactory) -> None:
    response = error_pages.server_error(rf.get("/people/"))
    assert response.status_code == 500
    assert "HS9001" in text(response)


def test_the_menu_hides_shut_doors(get: Get) -> None:
    assert "/intake/" not in tree(get("/", DOCTOR)).xpath("//nav//a/@href")
    assert "/people/" not in tree(get("/", OFFICER)).xpath("//nav//a/@href")
