"""Whether a certificate leads to an authority that the house believes, at a moment (RFC 5280 section 6, the plain part)."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import BasicConstraints, Certificate, ExtensionNotFound


def is_believed(chain: Sequence[Certificate], roots: Sequence[Certificate], moment: datetime) -> bool:
    """`chain`: the signer's certificate, then the one that issued it, and so on; the root may be left out."""
    for number, one in enumerate(chain):
        if not one.not_valid_before_utc <= moment <= one.not_valid_after_utc or (number and not _may_issue(one)):
            return False
        if one in roots or any(_issued(one, root, moment) for root in roots):
            return True
        if number + 1 == len(chain) or not _signed_by(one, chain[number + 1]):
            return False
    return False


def _issued(one: Certificate, root: Certificate, moment: datetime) -> bool:
    return root.not_valid_before_utc <= moment <= root.not_valid_after_utc and _signed_by(one, root)


def _signed_by(one: Certificate, issuer: Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _may_issue(one: Certificate) -> bool:
    try:
        return one.extensions.get_extension_for_class(BasicConstraints).value.ca
    except ExtensionNotFound:
        return False
