"""What definitions call a datum: `element:ROW`, `element:ROW.option`, `indicator:CODE`, `record:NAME` or `form:key.RATE`."""

from collections.abc import Sequence

from hoso.core.definitions import DefinitionError
from hoso.engines.statistics.analytics.record_counts import RECORD, RECORD_FIGURES
from hoso.engines.statistics.analytics.reporting_rates import RATES
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.uids import split_uid, uid_of


def datum_id(where: str, name: str) -> str:
    """Its id in a question. Raises DefinitionError, told with `where`, for what is not there."""
    kind, _, rest = name.partition(":")
    key, *further = rest.split(".")
    found = ""
    if kind == "element":
        found = _element_id(key, further)
    elif kind == "indicator" and not further:
        found = uid_of(f"indicator:{key}") if any(one.code == key for one in reckoned_indicators().values()) else ""
    elif kind == "record" and not further:
        found = f"{RECORD}.{key}" if key in RECORD_FIGURES else ""
    elif kind == "form" and len(further) == 1:
        found = f"{uid_of(f'form:{key}')}.{further[0]}" if key in forms() and further[0] in RATES else ""
    if not found:
        raise DefinitionError(f"{where}: there is no {name}")
    return found


def _element_id(key: str, options: Sequence[str]) -> str:
    """Of a row, or of the part of it that these options make; empty for what is none."""
    row = next((row for form in forms().values() for row in form.rows if row.key == key), None)
    if row is None or not options:
        return uid_of(f"element:{key}") if row else ""
    told = list(zip(row.dimensions, options, strict=False))
    if len(row.dimensions) != len(options) or any(
        name not in [option.key for option in dimension.options] for dimension, name in told
    ):
        return ""
    combo = uid_of(f"combo:{','.join(dimension.key for dimension in row.dimensions)}")
    split = split_uid(combo, [uid_of(f"option:{dimension.key}:{name}") for dimension, name in told])
    return f"{uid_of(f'element:{key}')}.{split}"
