"""The event with our own names, as one line of JSON."""

from dataclasses import asdict

import orjson

from hoso.core.audit.queries import EventRow


def line(event: EventRow) -> str:
    return orjson.dumps(asdict(event)).decode()
