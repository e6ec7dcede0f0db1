"""FHIRPath by fhirpathrs: for the few expressions that paths.py does not compile. The only file that knows it."""

from typing import Any

import fhirpathrs
import orjson


class NotFhirPath(ValueError):
    """The expression cannot be parsed or evaluated."""


def evaluate(expression: str, resource: dict[str, Any]) -> list[Any]:
    """The values of an expression in a resource. Raises NotFhirPath."""
    try:
        values = fhirpathrs.evaluate(expression, orjson.loads(orjson.dumps(resource)))
    except Exception as error:  # the library has no exception of its own
        raise NotFhirPath(f"{expression}: {error}") from error
    found = values if isinstance(values, list) else [values]  # a single literal comes back bare
    return [one for one in found if one is not None]  # and an empty collection sometimes as null
