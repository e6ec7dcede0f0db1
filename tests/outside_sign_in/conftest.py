"""A browser of this house and a provider on this machine; between them everything goes by real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from django.test import Client

from hoso.core.accounts.actions import number_hash
from hoso.core.accounts.machines import as_operator
from hoso.core.accounts.models import Account
from hoso.gateways.vneid.people import DOCTOR, SimulatedPerson
from hoso.gateways.vneid.provider import SimulatedVneid
from hoso.gateways.vneid.server import simulated_vneid

Serve = Callable[..., SimulatedVneid]


@pytest.fixture
def serve(settings: Any) -> Iterator[Serve]:
    """Serve a provider, honest or lying, as this house's VNeID."""
    opened = []

    def make(kind: type[SimulatedVneid] = SimulatedVneid, issuer: str = "") -> SimulatedVneid:
        server = simulated_vneid(kind)
        provider = server.__enter__()
        opened.append(server)
        settings.ENVIRONMENT = {**settings.ENVIRONMENT, "HOSO_VNEID_ISSUER": issuer or provider.issuer}
        settings.IDENTITY_VERIFIERS = [
            "hoso.gateways.vneid.simulated.vneid_verifiers",
            "hoso.core.accounts.outside.configured.configured_verifiers",
        ]
        return provider

    yield make
    for server in opened:
        server.__exit__(None, None, None)


@pytest.fixture
def doctor(account_with_role: Callable[..., Account]) -> Account:
    """Somebody of this house whose personal number the simulated VNeID vouches for."""
    account: Account = account_with_role("doctor", username="bacsi")
    know_number(account, DOCTOR)
    return account


def know_number(account: Account, person: SimulatedPerson) -> None:
    with as_operator():
        Account.objects.filter(pk=account.pk).update(personal_number_hash=number_hash(person.personal_number))


@dataclass
class Visitor:
    """Somebody at a browser."""

    browser: Client = field(default_factory=Client)
    how: dict[str, Any] = field(default_factory=dict)

    def go(self, provider: str = "vneid", **form: str) -> str:
        """Press the button; the address at the provider to which it leads."""
        answer = self.browser.post(f"/sign-in/with/{provider}/", form, **self.how)
        assert answer.status_code == 302, answer.content.decode()
        return str(answer["Location"])

    def agree(self, address: str, person: SimulatedPerson = DOCTOR, decision: str = "allow") -> str:
        """Answer at the provider; the address to which it sends the browser back."""
        assert requests.get(address, timeout=5).status_code == 200
        answer = requests.post(
            address, {"person": person.subject, "decision": decision}, timeout=5, allow_redirects=False
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def come_back(self, address: str) -> Any:
        return self.browser.get(address.removeprefix("http://testserver"), follow=True, **self.how)

    def sign_in(self, person: SimulatedPerson = DOCTOR, provider: str = "vneid", **form: str) -> Any:
        return self.come_back(self.agree(self.go(provider, **form), person))
