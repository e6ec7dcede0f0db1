"""Types that this house does not take as resources: writing them would promise what does not happen."""

from hoso.engines.records.fhir.writing.asked import Refused

UNWRITTEN = {
    "AuditEvent": "the audit is written by the house alone",
    "Bundle": "its entries are filed one by one: send it to the base address",
    "CapabilityStatement": "it is made of what is served",
    "OperationOutcome": "it is an answer",
    "Parameters": "it belongs to an operation",
}


def check_written(type_name: str, place: str = "") -> None:
    """Raises Refused HS5134 for a type that is not written."""
    if type_name in UNWRITTEN:
        raise Refused("HS5134", place, type=type_name, reason=UNWRITTEN[type_name])
