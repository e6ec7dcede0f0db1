"""What definitions call a datum: `element:ROW`, `indicator:CODE`, `form:key.RATE`."""

from hoso.core.definitions import DefinitionError
from hoso.engines.statistics.analytics.reporting_rates import RATES
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.indicator_catalogue import reckoned_indicators
from hoso.engines.statistics.uids import uid_of


def datum_id(where: str, name: str) -> str:
    """Its id in a question. Raises DefinitionError, told with `where`, for what is not there."""
    kind, _, rest = name.partition(":")
    key, _, rate = rest.partition(".")
    known = {
        "element": lambda: any(row.key == key for form in forms().values() for row in form.rows),
        "indicator": lambda: any(one.code == key for one in reckoned_indicators().values()),
        "form": lambda: key in forms() and rate in RATES,
    }
    if not known[kind]():
        raise DefinitionError(f"{where}: there is no {name}")
    return uid_of(f"{kind}:{key}") + (f".{rate}" if rate else "")
