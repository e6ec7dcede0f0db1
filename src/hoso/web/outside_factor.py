"""The second factor of an outside provider, where this house was told to believe it: it counts for that one sign-in."""

from typing import Any

SECOND_FACTOR = "hoso_second_factor"  # in the state of an outside login, which lasts as long as the sign-in


def has_outside_factor(signal_kwargs: dict[str, Any] | None) -> bool:
    """Whether a login (by what allauth carries along with it) came by a provider that asked for a second factor."""
    login = (signal_kwargs or {}).get("sociallogin")
    return login is not None and bool(login.state.get(SECOND_FACTOR))
