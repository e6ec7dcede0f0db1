"""What guessing a password costs outside the tests, whose own hasher is cheap (tests/hashing.py)."""

from django.utils.module_loading import import_string

from hoso.config import settings as shipped


def test_a_guess_costs_a_hundred_megabytes_outside_the_tests() -> None:
    hasher = import_string(shipped.PASSWORD_HASHERS[0])()
    assert hasher.encode("Mot-mat-khau-dai-2026", "salt" * 4).startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
