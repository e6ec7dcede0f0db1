"""A decision as FHIR R4 ``Consent``, shaped after IHE PCF (basic and intermediate)."""

import base64
from hashlib import sha1
from typing import Any

import orjson

from hoso.core.access.consent.models import Consent
from hoso.core.access.labels import labels
from hoso.core.access.purposes import purposes

HOUSE = "urn:hoso"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_ACT_REASON = {"visit_sharing": "TREAT", "research": "HRESCH", "reminders": "PATRQT"}


def fhir_consent(consent: Consent, patient_id: str, facility_name: str, practitioner: str = "") -> bytes:
    """The resource as JSON. An active or refused decision; a withdrawn one reads `inactive`."""
    purpose = purposes()[consent.purpose]
    body: dict[str, Any] = {
        "resourceType": "Consent",
        "id": str(consent.id),
        "status": _status(consent),
        "scope": {"coding": [{"system": f"{_TERMINOLOGY}/consentscope", "code": _scope(consent)}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}]}],
        "patient": {"reference": f"Patient/{patient_id}"},
        "dateTime": consent.given_at.isoformat(timespec="seconds"),
        "performer": [{"display": consent.representative_name}] if consent.representative_name else [{"reference": f"Patient/{patient_id}"}],
        "organization": [{"display": facility_name}],
        "sourceAttachment": _attachment(consent, purpose.title_vi),
        "policy": [{"uri": f"{HOUSE}:consent-text:{consent.purpose}:{consent.text_version}"}],
        "policyRule": {"coding": [{"system": f"{_TERMINOLOGY}/v3-ActCode", "code": "OPTIN" if consent.given else "OPTOUT"}]},
        "verification": [{"verified": True, "verificationDate": consent.given_at.isoformat(timespec="seconds")}],
        "provision": _provision(consent, practitioner),
    }  # fmt: skip
    if consent.representative_name:
        body["verification"][0]["verifiedWith"] = {"display": consent.representative_name}
    return orjson.dumps(body)


def _status(consent: Consent) -> str:
    if not consent.given:
        return "rejected"
    return "inactive" if consent.withdrawn_at else "active"


def _scope(consent: Consent) -> str:
    return "research" if consent.purpose == "research" else "patient-privacy"


def _attachment(consent: Consent, title: str) -> dict[str, Any]:
    wording = consent.wording.encode()
    return {
        "contentType": "text/plain; charset=utf-8",
        "language": consent.language,
        "data": base64.b64encode(wording).decode(),
        "hash": base64.b64encode(sha1(wording, usedforsecurity=False).digest()).decode(),  # R4 asks for SHA-1 here
        "title": title,
    }


def _provision(consent: Consent, practitioner: str) -> dict[str, Any]:
    period = {"start": consent.given_at.isoformat(timespec="seconds")}
    if consent.valid_until:
        period["end"] = consent.valid_until.isoformat(timespec="seconds")
    provision: dict[str, Any] = {
        "type": "permit" if consent.given else "deny",
        "period": period,
        "purpose": [{"system": f"{_TERMINOLOGY}/v3-ActReason", "code": _ACT_REASON.get(consent.purpose, "PATRQT")}],
    }
    if practitioner:
        role = {"coding": [{"system": f"{_TERMINOLOGY}/v3-ParticipationType", "code": "IRCP"}]}
        provision["actor"] = [{"role": role, "reference": {"display": practitioner}}]
    if consent.purpose == "visit_sharing" and consent.given:
        # Labelled content stays out by default.
        shut = [{"system": f"{HOUSE}:sensitivity", "code": label.key} for label in labels().values()]
        provision["provision"] = [{"type": "deny", "securityLabel": shut}]
    return provision
