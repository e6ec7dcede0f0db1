"""The providers that an operator names in a file (setting HOSO_SIGN_IN_PROVIDERS); its shape is a schema.

The secret by which a provider knows this house lies in a file of its own, never in this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from hoso.core.accounts.actions import PERSONAL_NUMBER
from hoso.core.accounts.outside.verifier import OutsideProvider, VerifiedIdentity, counts_as_second_factor
from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.core.errors import HosoError

SCHEMA = "sign_in_providers.json"


@dataclass(frozen=True)
class ConfiguredVerifier:
    """A provider of the file; `number_claim` is empty where its personal numbers are not to be believed."""

    provider: OutsideProvider
    number_claim: str
    name_claim: str

    def identity(self, claims: Mapping[str, Any]) -> VerifiedIdentity:
        number = str(claims.get(self.number_claim, "")) if self.number_claim else ""
        return VerifiedIdentity(
            str(claims["sub"]),
            number if PERSONAL_NUMBER.fullmatch(number) else "",
            str(claims.get(self.name_claim, "")),
            counts_as_second_factor(self.provider, claims),
        )


def configured_verifiers() -> tuple[ConfiguredVerifier, ...]:
    """Raises HosoError HS2237 for a file that cannot be read or breaks its schema."""
    file: Path | None = settings.ENVIRONMENT["HOSO_SIGN_IN_PROVIDERS"]
    return () if file is None else _read(file, _changed(file))


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError as error:
        raise HosoError("HS2237", problem=f"{file}: {error.strerror}") from None


@lru_cache(maxsize=4)
def _read(file: Path, _changed_at: int) -> tuple[ConfiguredVerifier, ...]:
    try:
        content = read_definition(file, definitions_folder() / "access" / "schema" / SCHEMA)
        return tuple(_verifier(entry, file.parent) for entry in content["providers"])
    except (DefinitionError, OSError) as error:
        raise HosoError("HS2237", problem=str(error)) from error


def _verifier(entry: Mapping[str, Any], folder: Path) -> ConfiguredVerifier:
    second_factor, claims = entry.get("second_factor", {}), entry.get("claims", {})
    provider = OutsideProvider(
        key=entry["key"],
        title=(entry["title"]["vi"], entry["title"]["en"]),
        issuer=entry["issuer"],
        client_id=entry["client_id"],
        client_secret=(folder / entry["client_secret_file"]).read_text(encoding="utf-8").strip(),
        scopes=tuple(entry.get("scopes", ("openid", "profile"))),
        origins=tuple(entry.get("origins", ())),
        amr=frozenset(second_factor.get("amr", ())),
        acr=frozenset(second_factor.get("acr", ())),
    )
    return ConfiguredVerifier(provider, claims.get("personal_number", ""), claims.get("name", "name"))
