"""The board and its reminder button, as an approver of a province."""

from collections.abc import Callable

import pytest
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.core.places.models import Facility
from hoso.engines.statistics.tests.reporting import communes, unit_uid
from hoso.engines.statistics.uids import uid_of

pytestmark = pytest.mark.django_db


def test_who_enters_figures_is_reminded_and_where_nobody_does_it_is_told(
    client: Client, account_with_role: Callable[..., Account]
) -> None:
    (place,) = communes("80", 1)
    account_with_role("statistics_officer", place=place)
    client.force_login(account_with_role("statistics_approver", place=place.parent))
    assert client.get("/statistics/deadlines/").status_code == 200
    done = client.post(f"/statistics/deadlines/remind/{unit_uid(place)}/", {"query": "month=2026-03"})
    assert (done.status_code, done.headers["Location"]) == (302, "/statistics/deadlines/?month=2026-03")
    for facility in Facility.objects.all()[:1]:
        address = f"/statistics/deadlines/remind/{uid_of(f'facility:{facility.code}')}/"
        assert client.post(address).status_code in (403, 409)
    assert client.post(f"/statistics/deadlines/remind/{unit_uid(communes('80', 2)[1])}/").status_code == 409
