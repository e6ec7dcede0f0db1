"""Values as ADX (IHE QRPH, Aggregate Data Exchange): a group for each report, the options of a figure as attributes."""

import re
from collections.abc import Iterable

from lxml import etree

from hoso.core.errors import HosoError
from hoso.core.periods.kinds import iso_duration
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.catalogue import Catalogue, DataSet, Split
from hoso.engines.statistics.imports.reading_xml import ADX, ADX_GROUP, ADX_VALUE
from hoso.engines.statistics.naming import Naming
from hoso.engines.statistics.queries import StoredValue
from hoso.engines.statistics.value_types import written

NAMESPACE = ADX.strip("{}")
# A name that XML takes for an attribute: letters of any script, then digits, hyphens and dots too; no colon.
XML_NAME = re.compile(r"[^\W\d][\w.-]*")
Report = tuple[int, str, str, str]  # data set, period, unit, key of the whole report


def as_adx(values: Iterable[StoredValue], data_sets: Iterable[int], catalogue: Catalogue, naming: Naming) -> bytes:
    """One document. Each value stands in one group, of the first of the data sets that it fits; ADX has no way to say
    that a value was taken back, so such a one is not told.

    Raises HosoError: HS7001 where no data set is asked for, HS7045 where something has no name in the scheme, HS7046
    where the name of a category cannot be that of an XML attribute.
    """
    sets = [catalogue.data_sets[number] for number in data_sets]
    if not sets:
        raise HosoError("HS7001", name="dataSet", value="")
    root = etree.Element(f"{ADX}adx", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # lxml: None is the default namespace
    groups: dict[Report, etree._Element] = {}
    for value in values:
        if value.deleted:
            continue
        period, attribute = parse_period(value.period), _split(catalogue, value.attribute)
        data_set = _set_of(value, period, attribute, sets, catalogue)
        report = (data_set.id, value.period, value.unit, value.attribute)
        if report not in groups:
            groups[report] = _group(root, data_set, period, value, attribute, catalogue, naming)
        _value(groups[report], value, catalogue, naming)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _set_of(value: StoredValue, period: Period, attribute: Split, sets: list[DataSet], catalogue: Catalogue) -> DataSet:
    element = catalogue.names["element"]["uid"][value.element]
    fitting = [one for one in sets if element in one.elements and period.type in one.kinds]
    return next((one for one in fitting if one.combo_id == attribute.combo_id), (fitting or sets)[0])


def _group(
    root: "etree._Element",
    data_set: DataSet,
    period: Period,
    value: StoredValue,
    attribute: Split,
    catalogue: Catalogue,
    naming: Naming,
) -> "etree._Element":
    told = {
        "dataSet": naming.of("data_set", data_set.uid),
        "period": f"{period.start}/{iso_duration(period.type)}",
        "orgUnit": naming.of("unit", value.unit),
        **_options(attribute, catalogue, naming, ADX_GROUP),
    }
    return etree.SubElement(root, f"{ADX}group", told)


def _value(group: "etree._Element", value: StoredValue, catalogue: Catalogue, naming: Naming) -> None:
    """A text stands in an annotation beside the figure 0, since ADX knows figures only."""
    told = {
        "dataElement": naming.of("element", value.element),
        **_options(_split(catalogue, value.split), catalogue, naming, ADX_VALUE),
        "value": "0" if value.number is None else written(value.number, None, value.value_type),
    }
    if value.comment:
        told["comment"] = value.comment
    node = etree.SubElement(group, f"{ADX}dataValue", told)
    if value.number is None:
        etree.SubElement(node, f"{ADX}annotation").text = value.text


def _split(catalogue: Catalogue, uid: str) -> Split:
    return catalogue.splits[catalogue.names["split"]["uid"][uid]]


def _options(split: Split, catalogue: Catalogue, naming: Naming, taken: frozenset[str]) -> dict[str, str]:
    told = {}
    for dimension, option in zip(catalogue.combos[split.combo_id], split.options, strict=True):
        name = naming.of("dimension", catalogue.dimension_uids[dimension])
        if not XML_NAME.fullmatch(name) or name in taken:
            raise HosoError("HS7046", name=name[:60])
        told[name] = naming.of("option", catalogue.option_uids[option])
    return told
