"""A provider that lies, an attacker between, a provider that is down: nobody comes in, and the audit says why."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import RSAKey

from hoso.core.accounts.models import Account
from hoso.core.database.session import acting_transaction
from hoso.gateways.vneid.people import DOCTOR, WITHOUT_ACCOUNT, SimulatedPerson
from hoso.gateways.vneid.provider import SimulatedVneid
from hoso.web.tests.signing_in import has_session
from tests.outside_sign_in.conftest import Serve, Visitor

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@pytest.fixture
def reasons(account_with_role: Make) -> Callable[[], list[str]]:
    """What the audit says of refused sign-ins, as an overseer reads it."""
    overseer = account_with_role("overseer")

    def read() -> list[str]:
        with acting_transaction(overseer.pk, "oversight"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT reason FROM audit_event WHERE action = 'sign-in' AND outcome = 'refused' ORDER BY id"
            )
            return [row[0] for row in cursor.fetchall()]

    return read


def lying(**claims: Any) -> type[SimulatedVneid]:
    """A provider whose ID tokens say something else; a claim of None is left out."""

    class Lying(SimulatedVneid):
        def id_token_claims(self, code: Any) -> dict[str, Any]:
            said = super().id_token_claims(code) | claims
            return {name: value for name, value in said.items() if value is not None}

    return Lying


def signing(sign: Callable[[SimulatedVneid, dict[str, Any]], str]) -> type[SimulatedVneid]:
    class Signing(SimulatedVneid):
        def sign(self, claims: dict[str, Any]) -> str:
            return sign(self, claims)

    return Signing


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _unsigned(_: SimulatedVneid, claims: dict[str, Any]) -> str:
    return f"{_part(json.dumps({'alg': 'none'}).encode())}.{_part(json.dumps(claims).encode())}."


def _by_public_key_as_secret(provider: SimulatedVneid, claims: dict[str, Any]) -> str:
    """The old confusion: HMAC with what everybody can read. Made by hand: the library will not."""
    head = json.dumps({"alg": "HS256", "kid": provider.key.kid}).encode()
    signed = f"{_part(head)}.{_part(json.dumps(claims).encode())}"
    return f"{signed}.{_part(hmac.digest(provider.key.as_pem(private=False), signed.encode(), 'sha256'))}"


def _by_another_key(provider: SimulatedVneid, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, RSAKey.generate_key(2048))


def _cut_short(provider: SimulatedVneid, claims: dict[str, Any]) -> str:
    good = jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key)
    head, body, signature = good.split(".")
    return f"{head}.{body}.{signature[:-8]}"


LIES: dict[str, tuple[type[SimulatedVneid], str]] = {
    "wrong issuer": (lying(iss="https://elsewhere.example"), "iss"),
    "no issuer": (lying(iss=None), "iss"),
    "wrong audience": (lying(aud="another-house"), "aud"),
    "several audiences without a party": (lying(aud=["hoso-demo", "another-house"]), "azp"),
    "another party": (lying(azp="another-house"), "azp"),
    "another nonce": (lying(nonce="0" * 64), "nonce"),
    "no nonce": (lying(nonce=None), "nonce"),
    "expired": (lying(exp=int(time.time()) - 3600), "exp"),
    "never expires": (lying(exp=None), "exp"),
    "no subject": (lying(sub=None), "sub"),
    "another subject than userinfo": (lying(sub="mo-phong-2"), "userinfo: sub"),
    "alg none": (signing(_unsigned), "ID token"),
    "HMAC with the public key": (signing(_by_public_key_as_secret), "ID token"),
    "another key": (signing(_by_another_key), "bad_signature"),
    "a signature cut short": (signing(_cut_short), "ID token"),
    "no ID token": (signing(lambda *_: ""), "ID token"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_not_right_lets_nobody_in(
    serve: Serve, doctor: Account, reasons: Callable[[], list[str]], lie: str
) -> None:
    kind, why = LIES[lie]
    serve(kind)
    visitor = Visitor()
    answer = visitor.sign_in()
    assert (answer.status_code, has_session(visitor.browser)) == (403, False)
    assert "HS2232" in answer.content.decode()
    assert "ID token" not in answer.content.decode()  # what was wrong is for the audit, not for an attacker
    assert "by vneid: HS2232" in reasons()[-1] and why in reasons()[-1], reasons()


def test_the_honest_answer_lets_in(serve: Serve, doctor: Account) -> None:
    """What the lies are compared with: the same, but true."""
    serve(lying())
    visitor = Visitor()
    visitor.sign_in()
    assert has_session(visitor.browser)


def test_an_answer_works_once(serve: Serve, doctor: Account, reasons: Callable[[], list[str]]) -> None:
    serve()
    visitor = Visitor()
    address = visitor.agree(visitor.go())
    visitor.come_back(address)
    visitor.browser.post("/sign-out/")
    answer = visitor.come_back(address)
    assert (answer.status_code, has_session(visitor.browser)) == (400, False)
    assert "HS2233" in answer.content.decode()
    assert "stale or replayed" in reasons()[-1]


def test_an_answer_of_another_browser_or_none_is_refused(serve: Serve, doctor: Account) -> None:
    serve()
    attacker, victim = Visitor(), Visitor()
    address = attacker.agree(attacker.go())
    victim.go()
    for mine in (address, address.split("?")[0], address.split("?")[0] + "?code=x&state=y"):
        answer = victim.come_back(mine)
        assert (answer.status_code, has_session(victim.browser)) == (400, False)
    assert "HS2233" in answer.content.decode()


def test_a_code_under_ones_own_state_is_worthless_without_its_verifier(serve: Serve, doctor: Account) -> None:
    """A stolen code put into the thief's own sign-in: PKCE refuses it."""
    serve()
    victim, thief = Visitor(), Visitor()
    stolen = victim.agree(victim.go())
    own = thief.agree(thief.go())
    code = unquote(stolen.split("code=")[1].split("&")[0])
    state = own.split("state=")[1].split("&")[0]
    answer = thief.come_back(f"{own.split('?')[0]}?code={code}&state={state}")
    assert (answer.status_code, has_session(thief.browser)) == (403, False)


def test_a_sign_in_begun_too_long_ago_is_refused(serve: Serve, doctor: Account) -> None:
    serve()
    visitor = Visitor()
    address = visitor.agree(visitor.go())
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "HS2233" in visitor.come_back(address).content.decode()


def test_who_declines_is_told_and_stays_out(serve: Serve, doctor: Account, reasons: Callable[[], list[str]]) -> None:
    serve()
    visitor = Visitor()
    answer = visitor.come_back(visitor.agree(visitor.go(), decision="deny"))
    assert (answer.status_code, has_session(visitor.browser)) == (400, False)
    assert "cancelled" in reasons()[-1]


def test_a_provider_that_is_down(
    serve: Serve, doctor: Account, settings: Any, reasons: Callable[[], list[str]]
) -> None:
    serve(issuer="http://127.0.0.1:9")
    answer = Visitor().browser.post("/sign-in/with/vneid/")
    assert (answer.status_code, "HS2231" in answer.content.decode()) == (503, True)
    assert "HS2231" in reasons()[-1]
    assert Visitor().browser.get("/sign-in/").status_code == 200  # by password one still comes in


def test_a_provider_that_goes_down_in_between(serve: Serve, doctor: Account) -> None:
    provider = serve()
    visitor = Visitor()
    address = visitor.agree(visitor.go())
    provider.token = lambda *_: (500, {}, {"error": "server_error"})  # type: ignore[method-assign]
    answer = visitor.come_back(address)
    assert (answer.status_code >= 400, has_session(visitor.browser)) == (True, False)


def test_a_provider_that_answers_nonsense(serve: Serve, doctor: Account) -> None:
    class Nonsense(SimulatedVneid):
        def configuration(self) -> Any:
            return "<html>"

    serve(Nonsense)
    answer = Visitor().browser.post("/sign-in/with/vneid/")
    assert "HS2231" in answer.content.decode()


@pytest.mark.parametrize(
    "name", ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]
)
def test_discovery_that_leads_elsewhere_is_refused(
    serve: Serve, doctor: Account, reasons: Callable[[], list[str]], name: str
) -> None:
    class Elsewhere(SimulatedVneid):
        def configuration(self) -> dict[str, Any]:
            return super().configuration() | {name: "https://elsewhere.example/x"}

    serve(Elsewhere)
    answer = Visitor().browser.post("/sign-in/with/vneid/")
    assert (answer.status_code, "HS2232" in answer.content.decode()) == (403, True)
    assert f"discovery: {name}" in reasons()[-1]


def test_an_unknown_provider_is_not_there(serve: Serve) -> None:
    serve()
    for browser in (Visitor().browser.get, Visitor().browser.post):
        assert browser("/sign-in/with/nobody/").status_code == 404
        assert browser("/sign-in/with/nobody/back/?code=x&state=y").status_code == 404


def test_without_a_number_nobody_is_named(serve: Serve, doctor: Account) -> None:
    class Silent(SimulatedVneid):
        def userinfo(self, person: SimulatedPerson) -> dict[str, Any]:
            return super().userinfo(person) | {"personal_number": "12"}

    serve(Silent)
    answer = Visitor().sign_in()
    assert "HS2232" in answer.content.decode()
    assert DOCTOR.personal_number not in answer.content.decode()


def test_an_address_that_tries_too_much_is_braked(serve: Serve, doctor: Account) -> None:
    serve()
    visitor = Visitor()
    for _ in range(30):
        visitor.come_back("http://testserver/sign-in/with/vneid/back/?code=x&state=y")
    answer = Visitor().browser.post("/sign-in/with/vneid/")
    assert (answer.status_code, "HS2233" in answer.content.decode()) == (400, True)


def test_the_unknown_are_not_written_down(serve: Serve, doctor: Account, reasons: Callable[[], list[str]]) -> None:
    serve()
    Visitor().sign_in(WITHOUT_ACCOUNT)
    assert reasons()[-1] == "by vneid: HS2234"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_wrong_try WHERE name_hash <> ''")
        assert cursor.fetchone()[0] == 1


def test_the_address_cannot_widen_what_is_asked(serve: Serve, doctor: Account) -> None:
    serve()
    location = Visitor().browser.post("/sign-in/with/vneid/?scope=everything&auth_params=prompt=none&process=connect")[
        "Location"
    ]
    assert "everything" not in location and "prompt" not in location
    assert "code_challenge_method=S256" in location and "nonce=" in location
