"""Address and port of the asker: from the connection, or from a proxy that is trusted by name and from no other."""

import pytest
from django.test import RequestFactory

from hoso.web.source import source_of


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("for=192.0.2.43", ("192.0.2.43", None)),
        ('for="192.0.2.43:47011"', ("192.0.2.43", 47011)),
        ('For="[2001:db8::17]:4711";proto=https', ("2001:db8::17", 4711)),
        ('for=10.9.9.9, for="192.0.2.43:47011"', ("192.0.2.43", 47011)),
        ('for="192.0.2.43:99999"', ("192.0.2.43", None)),
        ("for=unknown", ("127.0.0.1", 5000)),
        ("", ("127.0.0.1", 5000)),
    ],
)
def test_through_a_trusted_proxy(forwarded: str, expected: tuple[str, int | None], settings: object) -> None:
    settings.HOSO_TRUSTED_PROXIES = ["127.0.0.1"]  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"forwarded": forwarded}, REMOTE_PORT="5000")
    assert source_of(request) == expected


def test_what_a_stranger_says_of_themselves_counts_for_nothing() -> None:
    request = RequestFactory().get("/", headers={"forwarded": "for=10.0.0.1"}, REMOTE_ADDR="198.51.100.9")
    assert source_of(request) == ("198.51.100.9", None)
