"""Second factors of people: kept by django-allauth, their secrets encrypted with the keys of the secrets folder."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from hoso.core.accounts.passwords import SECOND_FACTORS, is_administrator
from hoso.core.database.field_encryption import field_keys, is_encrypted

USE = "account.second_factor"
SECRET_FIELDS = ("secret", "seed")  # of the data of an authenticator app, of recovery codes


class EncryptedFactors(DefaultMFAAdapter):
    """What allauth keeps of a second factor, encrypted."""

    def encrypt(self, text: str) -> str:
        return field_keys().encrypt(text, USE)

    def decrypt(self, encrypted_text: str) -> str:
        """Also reads what was kept before secrets were encrypted; `renew_factors` leaves none of it."""
        return field_keys().decrypt(encrypted_text, USE) if is_encrypted(encrypted_text) else encrypted_text

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor of somebody who must have one stays (AU2)."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_FACTORS)
        return others.exclude(pk=authenticator.pk).exists() or not is_administrator(authenticator.user)


def renew_factors() -> int:
    """Bring every secret under the newest key (also those still in clear); returns how many were written anew."""
    written = 0
    for factor in Authenticator.objects.order_by("pk").iterator():
        renewed = {name: _renewed(str(factor.data[name])) for name in SECRET_FIELDS if name in factor.data}
        if any(factor.data[name] != value for name, value in renewed.items()):
            factor.data.update(renewed)
            factor.save(update_fields=["data"])
            written += 1
    return written


def _renewed(kept: str) -> str:
    keys = field_keys()
    return keys.renew(kept, USE) if is_encrypted(kept) else keys.encrypt(kept, USE)
