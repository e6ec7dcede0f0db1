"""The one way in which XML from outside is read: no entities, no network, no DTD, libxml2's own limits on."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

MAX_ATTRIBUTES = 1000  # of one element; looking at more takes the square of their number


def xml_events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    """(start or end, element) as they are read. Raises etree.XMLSyntaxError.

    huge_tree is off: depth, entity growth and text size of one element stay limited.
    """
    events: Iterator[tuple[str, Any]] = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    return events


def why(error: etree.XMLSyntaxError) -> str:
    """What is wrong, in the parser's words, without its place."""
    return (error.msg or "").partition(", line")[0][:200]
