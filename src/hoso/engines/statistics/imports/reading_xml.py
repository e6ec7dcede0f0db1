"""dataValueSets as XML (dxf2) and ADX (IHE QRPH), read element by element; entities and outside things are refused."""

from collections.abc import Iterator
from typing import IO

from lxml import etree

from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.options import ImportOptions, with_schemes
from hoso.engines.statistics.imports.rows import Given, Group

DXF2 = "{http://dhis2.org/schema/dxf/2.0}"
ADX = "{urn:ihe:qrph:adx:2015}"
ADX_GROUP = frozenset({"dataSet", "period", "orgUnit", "attributeOptionCombo", "completeDate", "comment"})
ADX_VALUE = frozenset({"dataElement", "value", "categoryOptionCombo", "comment", "created", "lastUpdated", "storedBy"})


def read_dxf2(content: IO[bytes], options: ImportOptions) -> Iterator[Given]:
    """Yield the rows of `dataValueSet`, or of each in `dataValueSets`. Raises HosoError HS7002."""
    group, index, seen = None, 0, 0
    for event, node in _events(content, "XML"):
        name = _local(node, DXF2)
        if event == "start" and name == "dataValueSet":
            group, seen = _dxf2_group(node, seen, options), seen + 1
        elif event == "end" and name == "dataValue":
            if group is None:
                raise HosoError("HS7002", format="XML", reason="dataValue outside dataValueSet")
            yield _dxf2_row(node, index, group)
            index += 1
            _forget(node)
    if group is None:
        raise HosoError("HS7002", format="XML", reason="no dataValueSet")


def read_adx(content: IO[bytes], options: ImportOptions) -> Iterator[Given]:
    """Yield the rows of all groups. Raises HosoError HS7002."""
    group, index, seen = None, 0, 0
    for event, node in _events(content, "ADX"):
        if event == "start" and node.tag == f"{ADX}group":
            group, seen = _adx_group(node, seen, options), seen + 1
        elif event == "end" and node.tag == f"{ADX}dataValue":
            if group is None:
                raise HosoError("HS7002", format="ADX", reason="dataValue outside group")
            yield _adx_row(node, index, group)
            index += 1
            _forget(node)
    if group is None:
        raise HosoError("HS7002", format="ADX", reason="no group")


def _events(content: IO[bytes], kind: str) -> Iterator[tuple[str, "etree._Element"]]:
    try:
        for event, node in etree.iterparse(
            content,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
        ):
            if node.getroottree().docinfo.doctype:
                raise HosoError("HS7002", format=kind, reason="a document type is not read")
            yield event, node
    except (etree.XMLSyntaxError, LookupError) as error:
        raise HosoError("HS7002", format=kind, reason=str(error)[:200]) from error


def _local(node: "etree._Element", namespace: str) -> str:
    return str(node.tag).removeprefix(namespace)


def _forget(node: "etree._Element") -> None:
    node.clear()
    while (before := node.getprevious()) is not None and (parent := node.getparent()) is not None:
        parent.remove(before)


def _dxf2_group(node: "etree._Element", number: int, options: ImportOptions) -> Group:
    given = {str(name): str(value) for name, value in node.attrib.items()}
    return Group(
        number=number,
        options=with_schemes(options, given),
        data_set=given.get("dataSet") or options.data_set,
        period=given.get("period", ""),
        unit=given.get("orgUnit", ""),
        attribute=given.get("attributeOptionCombo", ""),
        complete_day=given.get("completeDate", ""),
    )


def _dxf2_row(node: "etree._Element", index: int, group: Group) -> Given:
    given = {str(name): str(value) for name, value in node.attrib.items()}
    follow_up = given.get("followUp", given.get("followup"))
    return Given(
        index=index,
        group=group,
        element=given.get("dataElement", ""),
        period=given.get("period") or group.period,
        unit=given.get("orgUnit") or group.unit,
        split=given.get("categoryOptionCombo", ""),
        attribute=given.get("attributeOptionCombo") or group.attribute,
        value=given.get("value"),
        comment=given.get("comment") or None,
        follow_up=None if follow_up is None else follow_up == "true",
        deleted=given.get("deleted") == "true",
    )


def _adx_group(node: "etree._Element", number: int, options: ImportOptions) -> Group:
    given = {str(name): str(value) for name, value in node.attrib.items()}
    return Group(
        number=number,
        options=options,
        data_set=given.get("dataSet") or options.data_set,
        period=given.get("period", ""),
        unit=given.get("orgUnit", ""),
        attribute=given.get("attributeOptionCombo", ""),
        attribute_options={name: value for name, value in given.items() if name not in ADX_GROUP},
        complete_day=given.get("completeDate", ""),
    )


def _adx_row(node: "etree._Element", index: int, group: Group) -> Given:
    given = {str(name): str(value) for name, value in node.attrib.items()}
    options = {name: value for name, value in given.items() if name not in ADX_VALUE}
    return Given(
        index=index,
        group=group,
        element=given.get("dataElement", ""),
        period=group.period,
        unit=group.unit,
        split=given.get("categoryOptionCombo", ""),
        attribute=group.attribute,
        split_options=options or None,
        value=given.get("value"),
        text=node.findtext(f"{ADX}annotation"),
        comment=given.get("comment"),
    )
