"""AU2: which addresses lie in the house's own networks."""

import pytest

from hoso.core.accounts.networks import networks, within

INSIDE = networks("127.0.0.0/8, 10.1.0.0/16,::1/128")


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:10.1.2.3", True),
        ("10.1.2.3", True),
        ("10.2.2.3", False),
        ("203.0.113.7", False),
        ("", False),
        ("rubbish", False),
    ],
)
def test_inside_or_not(address: str, inside: bool) -> None:
    assert within(address, INSIDE) is inside


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\.1\.0\.7"):
        networks("10.1.0.7/16")
