"""Software that asks the FHIR API of a served house by a token, over one kept connection, each question timed."""

import http.client
import time

from hoso.bench.fhir_search import BASE


class Software:
    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[float, bytes]:
        """(milliseconds until the whole answer is here, the answer). Raises RuntimeError unless it is 200 or 201."""
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/fhir+json"}
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        spent = (time.perf_counter() - began) * 1000
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path} answered {answer.status}: {content[:300]!r}")
        return spent, content


def address(path: str) -> str:
    """The address of something below the service's own."""
    return f"{BASE}/{path}"


def token_of(username: str) -> str:
    """A token of this account, in the opened house."""
    from hoso.core.accounts.credentials import issue_token
    from hoso.core.accounts.models import Account

    return issue_token(Account.objects.get(username=username), "bench", 1)


def token_of_writer() -> str:
    """A token of the house's own service that files records."""
    from hoso.core.accounts.credentials import issue_token
    from hoso.core.accounts.machines import intake_service_id
    from hoso.core.accounts.models import Account

    return issue_token(Account.objects.get(pk=intake_service_id()), "bench", 1)
