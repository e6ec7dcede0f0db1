"""Who a token stands for, in the words of OpenID Connect and FHIR."""

import time
from typing import Any

from hoso.core.accounts.authorization.addresses import FHIR
from hoso.core.accounts.authorization.keys import ID_TOKEN_LIFE
from hoso.core.accounts.authorization.models import Grant
from hoso.core.accounts.models import Account

STAFF = (Account.Kind.ADMINISTRATOR, Account.Kind.CLINICAL, Account.Kind.TECHNICAL)


def subject(account: Account) -> str:
    """The id of the account towards software; it never changes and is never used again."""
    return f"account-{account.pk}"


def fhir_user(account: Account, base: str) -> str:
    """The address of the FHIR resource that represents the person; empty where there is none."""
    return f"{base}{FHIR}/Practitioner/{subject(account)}" if account.kind in STAFF else ""


def launch_context(grant: Grant) -> dict[str, Any]:
    """What is told of the person and visit before the app, beside its token (SMART App Launch 2.2, launch context).

    An app always opens in a window of its own, where it must say itself whose record it shows (`need_patient_banner`).
    """
    if not grant.patient:
        return {}
    told: dict[str, Any] = {"patient": grant.patient, "need_patient_banner": True}
    return told | ({"encounter": grant.encounter} if grant.encounter else {})


def id_token_claims(grant: Grant, scopes: str, base: str) -> dict[str, Any]:
    """The claims of an ID token, without those that depend on the access token beside it."""
    now = int(time.time())
    account, asked = grant.account, scopes.split()
    claims: dict[str, Any] = {
        "iss": base,
        "sub": subject(account),
        "aud": grant.client.client_id,
        "iat": now,
        "exp": now + int(ID_TOKEN_LIFE.total_seconds()),
        "auth_time": grant.get_auth_time() or now,
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    if grant.get_amr():
        claims["amr"] = grant.get_amr()
    if "fhirUser" in asked:
        claims["fhirUser"] = fhir_user(account, base)
    if "profile" in asked:
        claims |= {"name": account.full_name, "preferred_username": account.username}
    return claims
