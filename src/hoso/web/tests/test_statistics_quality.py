"""The page of quality: words with figures, a way to the very cell; handing in is told what does not fit and goes through."""

from collections.abc import Callable

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.engines.statistics.tests.reporting import FORM, communes, row, send, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db
MONTH = "202607"


@pytest.fixture
def sent(actor: Callable[..., Actor]) -> str:
    """The unit of a commune whose deliveries outside are more than all."""
    (place,) = communes("80", 1)
    rows = [
        {**row(place, key, number), "period": MONTH}
        for key, number in (("DELIV", 5), ("DELIV_OUT", 6), ("BIRTH_CERT", 5))
    ]
    assert not send(actor("statistics_officer", place=place), rows).conflicts
    return unit_uid(place)


def test_the_page_says_it_in_words_and_leads_to_the_cell(
    client: Client, account_with_role: Callable[..., Account], sent: str
) -> None:
    client.force_login(account_with_role("statistics_approver", place=communes("80", 1)[0].parent))
    answer = client.get("/statistics/quality/", {"month": "2026-07", "form": FORM})
    page = answer.content.decode()
    assert answer.status_code == 200 and "là 6, không được quá" in page
    address = f"/statistics/{FORM}/{sent}/{MONTH}/"
    assert f'href="{address}#DELIV_OUT."' in page
    assert 'id="DELIV_OUT."' in client.get(address).content.decode()
    assert "là 6, không được quá" not in client.get("/statistics/quality/", {"month": "2026-06"}).content.decode()
    assert client.get("/statistics/quality/", {"month": "2026-13"}).status_code == 400


def test_handing_in_tells_what_does_not_fit_and_goes_through(
    client: Client, account_with_role: Callable[..., Account], sent: str
) -> None:
    client.force_login(account_with_role("statistics_officer", place=communes("80", 1)[0]))
    address = f"/statistics/reports/{uid_of(f'form:{FORM}')}/{sent}/{MONTH}/"
    page = client.post(f"{address}hand-in/", follow=True).content.decode()
    assert "Báo cáo có 1 chỗ số liệu không khớp" in page and "đã nộp, chờ duyệt" in page


def test_the_catalogue_is_checked(client: Client, account_with_role: Callable[..., Account]) -> None:
    client.force_login(account_with_role("statistics_approver"))
    page = client.get("/statistics/quality/catalogue/").content.decode()
    assert page.count('class="tag warn"') == 1  # in a new installation nobody has reported
    client.force_login(account_with_role("doctor"))
    assert client.get("/statistics/quality/catalogue/").status_code == 403


def test_a_period_that_is_none_in_an_address_is_no_fault_of_the_house(
    client: Client, account_with_role: Callable[..., Account], sent: str
) -> None:
    client.force_login(account_with_role("statistics_officer", place=communes("80", 1)[0]))
    for address in (
        f"/statistics/{FORM}/{sent}/2026Q7/",
        f"/statistics/reports/{uid_of(f'form:{FORM}')}/{sent}/nonsense/",
    ):
        answer = client.get(address)
        assert answer.status_code == 400 and "HS1101" in answer.content.decode()
