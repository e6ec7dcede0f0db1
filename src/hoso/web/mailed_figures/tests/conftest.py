"""The communes that reported, who gets mail, and the mail of a demonstration in a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.core.places.models import Place
from hoso.web.explorer.tests.conftest import BACKEND, places

__all__ = ["folder", "places"]
Who = Callable[..., tuple[Client, Account]]


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.MAIL_GATEWAY = "hoso.gateways.mail.simulated.SimulatedMail"
    monkeypatch.setattr("hoso.gateways.mail.simulated.mail_folder", lambda: tmp_path / "mail")
    return tmp_path / "mail"


@pytest.fixture
def who(account_with_role: Callable[..., Account], folder: Path) -> Who:
    def make(place: Place | None) -> tuple[Client, Account]:
        client, account = Client(), account_with_role("statistics_officer", place=place)
        Account.objects.filter(pk=account.pk).update(email=f"{account.username}@example.vn")
        client.force_login(account, backend=BACKEND)
        return client, account

    return make
