"""Types that this house does not take as resources: writing them would promise what does not happen."""

from hoso.core.errors import HosoError

UNWRITTEN = {
    "AuditEvent": "the audit is written by the house alone",
    "Bundle": "its entries are filed one by one: send it to the base address",
    "CapabilityStatement": "it is made of what is served",
    "OperationOutcome": "it is an answer",
    "Parameters": "it belongs to an operation",
    "Subscription": "no notices are sent yet",
}


def check_written(type_name: str) -> None:
    """Raises HosoError HS5134 for a type that is not written."""
    if type_name in UNWRITTEN:
        raise HosoError("HS5134", type=type_name, reason=UNWRITTEN[type_name])
