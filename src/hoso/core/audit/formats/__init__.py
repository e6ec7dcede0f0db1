"""Audit events in the words of other systems: each file writes one event in one format."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hoso.core.audit.formats import cef, fhir, json_lines, ocsf
from hoso.core.audit.queries import EventRow

# A line of text for one event, without its line end.
FORMATS: Mapping[str, Callable[[EventRow], str]] = MappingProxyType(
    {"fhir": fhir.line, "cef": cef.line, "ocsf": ocsf.line, "json": json_lines.line}
)
