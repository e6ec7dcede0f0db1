"""VNeID itself, or the licensed authentication provider in front of it, by OpenID Connect (settings HOSO_VNEID…).

Direct connection is for state bodies with a written agreement (NĐ 69/2024 art. 18, secondary source). Never tried with the
real service.
"""

from django.conf import settings

from hoso.gateways.vneid.claims import VneidVerifier, reading, vneid_at


def vneid_verifiers() -> tuple[VneidVerifier, ...]:
    known = settings.ENVIRONMENT
    caution = reading()["caution"]
    return (
        vneid_at(
            known["HOSO_VNEID_ISSUER"], known["HOSO_VNEID_CLIENT_ID"], known["HOSO_VNEID_CLIENT_SECRET"],
            (caution["vi"], caution["en"]),
        ),
    )  # fmt: skip
