"""Structure of a resource by fhirkit-rs, a young library: this is the only file that knows it (ADR 57).

It finds unknown and missing elements, wrong JSON types, malformed primitives, arrays where none may stand, two types of
one choice. What it does not look at is in validation.py.
"""

import fhirkit

Problem = tuple[str, str]  # FHIRPath of the element, what is wrong in English


class NotFhir(ValueError):
    """The bytes are no JSON object with a known resourceType."""


def structure_problems(body: bytes) -> tuple[str, list[Problem]]:
    """The resource type and every structural problem. Raises NotFhir where there is no resource to look at."""
    try:
        parsed = fhirkit.parse(body)
    except (fhirkit.ParseError, ValueError) as error:
        raise NotFhir(str(error)) from error
    if parsed.resource_type not in fhirkit.RESOURCE_TYPES:
        raise NotFhir(parsed.resource_type)
    return parsed.resource_type, [(one.path, one.message) for one in parsed.issues]
