"""The signature against a number worked out by another programme (openssl dgst -sha256 -hmac)."""

from hoso.engines.intake.notifying.signing import headers, signature

# printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
BY_OPENSSL = "v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"


def test_the_signature_is_what_openssl_says() -> None:
    assert signature("secret", 1_700_000_000, b'{"a":1}') == BY_OPENSSL


def test_moment_body_and_secret_all_count() -> None:
    others = [
        signature("secret", 1_700_000_001, b'{"a":1}'), signature("secret", 1_700_000_000, b'{"a":2}'),
        signature("other", 1_700_000_000, b'{"a":1}'),
    ]  # fmt: skip
    assert BY_OPENSSL not in others


def test_the_headers_name_the_call() -> None:
    made = headers("secret", 1_700_000_000, b'{"a":1}', 12)
    assert (made["X-HoSo-Timestamp"], made["X-HoSo-Delivery"], made["X-HoSo-Signature"]) == (
        "1700000000",
        "12",
        BY_OPENSSL,
    )
