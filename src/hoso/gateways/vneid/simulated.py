"""VNeID of a demonstration: the provider of `provider.py`, served on this machine by `hoso demo` and `hoso serve`.

Only a data folder marked as a demonstration has it (config/settings.py). Without HOSO_VNEID_ISSUER it is not being served, so
there is no button for it.
"""

from django.conf import settings

from hoso.gateways.vneid.claims import VneidVerifier, vneid_at
from hoso.gateways.vneid.provider import CLIENT_ID, CLIENT_SECRET

CAUTION = (
    "VNeID mô phỏng trên máy này: không phải dịch vụ thật.",
    "A simulated VNeID on this machine: not the real one.",
)


def vneid_verifiers() -> tuple[VneidVerifier, ...]:
    issuer = settings.ENVIRONMENT["HOSO_VNEID_ISSUER"]
    return (vneid_at(issuer, CLIENT_ID, CLIENT_SECRET, CAUTION),) if issuer else ()
