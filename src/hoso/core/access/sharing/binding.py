"""What a code is bound to: person, facility, practitioner, visit and scope."""

from hoso.core.access.sharing.codes import digest
from hoso.core.access.sharing.models import Share


def digest_of(share: Share, code: str) -> bytes:
    """The digest of a code for this share. A sheet is bound to the facility; who takes it there is written once."""
    bound: list[object] = [share.source_person_id, share.facility_id, share.scope]
    if share.path == "sms":
        bound += [share.practitioner_id, share.encounter]
    return digest(code, share.salt, share.id, *bound)
