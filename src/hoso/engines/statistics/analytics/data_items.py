"""Data items by their names: an element or a part of it, an indicator, a reporting rate, a count of the record."""

from dataclasses import dataclass

from hoso.core.errors import HosoError
from hoso.engines.statistics.analytics.question import Operand
from hoso.engines.statistics.analytics.record_counts import RECORD, RECORD_FIGURES
from hoso.engines.statistics.analytics.reported import OWN_WAY
from hoso.engines.statistics.analytics.reporting_rates import RATES
from hoso.engines.statistics.catalogue import Catalogue, Element
from hoso.engines.statistics.indicator_catalogue import Indicator, reckoned_indicators
from hoso.engines.statistics.kept_indicators import kept_indicators
from hoso.engines.statistics.value_types import NUMERIC, YES_NO


@dataclass(frozen=True, slots=True)
class Rate:
    """One of `RATES` of a data set."""

    label: str
    data_set: int
    name: str


@dataclass(frozen=True, slots=True)
class Reckoned:
    """An indicator under the label of the answer."""

    label: str
    indicator: Indicator


@dataclass(frozen=True, slots=True)
class OfRecord:
    """One of `RECORD_FIGURES`."""

    label: str
    name: str


DataItem = Operand | Rate | Reckoned | OfRecord


def find_item(catalogue: Catalogue, text: str, scheme: str = "uid", way: str = "") -> DataItem:
    """`element`, `element.split`, `element.split.attribute` (each part may be `*`), `dataset.RATE`, `record.NAME`, or an
    indicator.

    `way` is a name of AGGREGATIONS, or empty for the element's own. Raises HosoError HS7034 for what is not there, HS7035
    for an element that cannot be added up.
    """
    first, _, rest = text.partition(".")
    if first == RECORD and rest in RECORD_FIGURES:
        return OfRecord(text, rest)
    if rest in RATES:
        number = catalogue.find("data_set", scheme, first)
        if number is None:
            raise HosoError("HS7034", dimension="dx", name=text[:60])
        return Rate(text, number, rest)
    number = catalogue.find("element", scheme, first)
    if number is not None:
        split, _, attribute = rest.partition(".")
        return Operand(
            text, number, way or _way(catalogue.elements[number]), _part(catalogue, scheme, split, text),
            _part(catalogue, scheme, attribute, text),
        )  # fmt: skip
    for known in (reckoned_indicators, kept_indicators):
        for indicator in known().values():
            if text == {"uid": indicator.uid, "code": indicator.code, "name": indicator.title_vi}.get(scheme):
                return Reckoned(text, indicator)
    raise HosoError("HS7034", dimension="dx", name=text[:60])


def _part(catalogue: Catalogue, scheme: str, name: str, text: str) -> int | None:
    if name in ("", "*"):
        return None
    number = catalogue.split_number(scheme, name)
    if number is None:
        raise HosoError("HS7034", dimension="dx", name=text[:60])
    return number


def _way(element: Element) -> str:
    if element.value_type not in NUMERIC and element.value_type not in YES_NO:
        raise HosoError("HS7035", object=element.name[:100])
    return OWN_WAY[element.aggregation]
