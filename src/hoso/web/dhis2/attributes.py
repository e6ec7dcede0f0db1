"""The option combination of a whole report as the data entry addresses name it: `cc`, a category combination, and `cp`, its options."""

from collections.abc import Sequence

from django.http import QueryDict

from hoso.core.errors import HosoError
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.uids import split_uid

NAMED_BY = frozenset({"cc", "cp"})


def attribute_named(query: QueryDict, catalogue: Catalogue) -> str:
    """The id of the combination of `cc` and `cp=option;option`; empty where neither stands. Raises HosoError HS7001."""
    if not query.get("cc") and not query.get("cp"):
        return ""
    return attribute_of(catalogue, query.get("cc", ""), [one for one in query.get("cp", "").split(";") if one])


def attribute_of(catalogue: Catalogue, combo: str, options: Sequence[str]) -> str:
    """The id of the key with these options, one of each category, in whatever order; used before or not."""
    number = catalogue.find("combo", "uid", combo)
    told = [catalogue.find("option", "uid", uid) for uid in options]
    if number is None:
        raise HosoError("HS7001", name="cc", value=combo[:40])
    sides = [catalogue.dimensions[one] for one in catalogue.combos[number]]
    chosen = [next((one for one in told if one in side), None) for side in sides]
    key = tuple(one for one in chosen if one is not None)
    if len(key) != len(sides) or len(told) != len(sides):
        raise HosoError("HS7001", name="cp", value=";".join(options)[:40])
    used = catalogue.split_by_options.get((number, key))
    if used is not None:
        return catalogue.splits[used].uid
    return split_uid(combo, [catalogue.option_uids[one] for one in key])
