"""Two communes of province 80 that reported, and a browser of whoever looks."""

from collections.abc import Callable

import pytest
from django.test import Client

from hoso.core.access.actor import Actor
from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.engines.statistics.tests.reporting import communes, send, unit_uid

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def places(actor: Callable[..., Actor]) -> list[Place]:
    found = communes("80", 2)
    rows = [
        {"dataElement": element, "period": month, "orgUnit": unit_uid(found[place]), "value": str(figure)}
        for place, month, element, figure in [
            (0, "202601", "DELIV", 1230), (0, "202602", "DELIV", 20), (1, "202601", "DELIV", 10),
            (0, "202601", "DELIV_TEEN", 3), (1, "202602", "DELIV_TEEN", 4), (0, "202512", "DELIV", 1000),
        ]
    ]  # fmt: skip
    assert send(actor("statistics_officer"), rows).imported == 6
    return found


@pytest.fixture
def enter(client: Client, account_with_role: Callable[..., Account]) -> Callable[..., Client]:
    def make(place: Place | None, role: str = "statistics_officer") -> Client:
        client.force_login(account_with_role(role, place=place), backend=BACKEND)
        return client

    return make
