"""Reading what VNeID vouches for: the 12-digit personal number and the name, and at which level."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hoso.core.accounts.actions import PERSONAL_NUMBER
from hoso.core.accounts.outside.verifier import OutsideProvider, VerifiedIdentity, counts_as_second_factor
from hoso.core.definitions import definitions_folder, read_definition
from hoso.core.errors import HosoError

KEY, TITLE = "vneid", ("VNeID", "VNeID")


@cache
def reading() -> dict[str, Any]:
    """The definition of how its answers are read. Raises DefinitionError."""
    folder = definitions_folder() / "access"
    return read_definition(folder / "vneid.yaml", folder / "schema" / "vneid.json")


@dataclass(frozen=True)
class VneidVerifier:
    """VNeID at one address. An answer without a personal number names nobody."""

    provider: OutsideProvider

    def identity(self, claims: Mapping[str, Any]) -> VerifiedIdentity:
        names = reading()["claims"]
        number = str(claims.get(names["personal_number"], ""))
        if not PERSONAL_NUMBER.fullmatch(number):
            raise HosoError("HS2232")
        second_factor = counts_as_second_factor(self.provider, claims)
        return VerifiedIdentity(str(claims["sub"]), number, str(claims.get(names["name"], "")), second_factor)


def vneid_at(issuer: str, client_id: str, client_secret: str, caution: tuple[str, str]) -> VneidVerifier:
    """The verifier for VNeID at this issuer."""
    given = reading()
    return VneidVerifier(
        OutsideProvider(
            key=KEY,
            title=TITLE,
            issuer=issuer,
            client_id=client_id,
            client_secret=client_secret,
            scopes=tuple(given["scopes"]),
            amr=frozenset(given["second_factor"].get("amr", ())),
            acr=frozenset(given["second_factor"].get("acr", ())),
            caution=caution,
        )
    )
