"""dataValueSets as JSON: one head and its rows, or `dataValueSets` with several."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hoso.core.errors import HosoError
from hoso.engines.statistics.imports.options import SCHEME_OF, ImportOptions, with_schemes
from hoso.engines.statistics.imports.rows import Given, Group

Word = str | int | float | bool | None
Dimensions = dict[str, str] | None


class _Value(msgspec.Struct, rename="camel"):
    data_element: str | None = None
    period: str | int | None = None
    org_unit: str | None = None
    category_option_combo: str | None = None
    attribute_option_combo: str | None = None
    category_options: Dimensions = None
    attribute_options: Dimensions = None
    value: Word = None
    comment: str | None = None
    follow_up: bool | None = None
    followup: bool | None = None
    deleted: bool | None = None


class _Head(msgspec.Struct, rename="camel"):
    data_set: str | None = None
    period: str | int | None = None
    org_unit: str | None = None
    attribute_option_combo: str | None = None
    attribute_options: Dimensions = None
    complete_date: str | None = None
    id_scheme: str | None = None
    data_element_id_scheme: str | None = None
    org_unit_id_scheme: str | None = None
    category_option_combo_id_scheme: str | None = None
    attribute_option_combo_id_scheme: str | None = None
    data_set_id_scheme: str | None = None
    category_id_scheme: str | None = None
    category_option_id_scheme: str | None = None
    strategy: str | None = None
    import_strategy: str | None = None
    dry_run: bool | None = None
    data_values: list[_Value] | None = None
    data_value_sets: list["_Head"] | None = None


def read_json(content: bytes, options: ImportOptions) -> Iterator[Given]:
    """Yield the rows. Raises HosoError HS7002 for what is no such document."""
    try:
        head = msgspec.json.decode(content, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HosoError("HS7002", format="JSON", reason=str(error)[:200]) from error
    heads = head.data_value_sets if head.data_value_sets is not None else [head]
    if not content.strip() or (head.data_values is None and head.data_value_sets is None):
        raise HosoError("HS7002", format="JSON", reason="no dataValues")
    index = 0
    for number, one in enumerate(heads):
        group = Group(
            number=number,
            options=with_schemes(options, _said(one)),
            data_set=one.data_set or options.data_set,
            period=_text(one.period),
            unit=one.org_unit or "",
            attribute=one.attribute_option_combo or "",
            attribute_options=one.attribute_options or {},
            complete_day=one.complete_date or "",
        )
        for value in one.data_values or ():
            yield _row(value, index, group)
            index += 1


def _row(value: _Value, index: int, group: Group) -> Given:
    return Given(
        index,
        group,
        value.data_element or "",
        _text(value.period) or group.period,
        value.org_unit or group.unit,
        value.category_option_combo or "",
        value.attribute_option_combo or group.attribute,
        value.category_options,
        value.attribute_options,
        _word(value.value),
        None,
        value.comment,
        value.follow_up if value.follow_up is not None else value.followup,
        value.deleted is True,
    )


def _said(head: _Head) -> Mapping[str, str]:
    """What the payload says of how it is to be understood."""
    given: dict[str, Any] = msgspec.to_builtins(head, builtin_types=()) if _says_anything(head) else {}
    return {
        name: _word(given[name]) or ""
        for name in ("idScheme", "strategy", "importStrategy", "dryRun", *SCHEME_OF)
        if given.get(name)
    }


def _says_anything(head: _Head) -> bool:
    head_only = (
        head.id_scheme, head.data_element_id_scheme, head.org_unit_id_scheme, head.category_option_combo_id_scheme,
        head.attribute_option_combo_id_scheme, head.data_set_id_scheme, head.category_id_scheme,
        head.category_option_id_scheme, head.strategy, head.import_strategy, head.dry_run,
    )  # fmt: skip
    return any(head_only)


def _text(given: str | int | None) -> str:
    return "" if given is None else str(given)


def _word(given: Word) -> str | None:
    """A figure or a yes/no that came without quotation marks, as it would be written with them."""
    if given is None or isinstance(given, str):
        return given
    return str(given).lower() if isinstance(given, bool) else repr(given)
