"""Every way of adding up and every reporting rate has a name on screen."""

from hoso.engines.statistics.analytics.reported import AGGREGATIONS
from hoso.engines.statistics.analytics.reporting_rates import RATES
from hoso.web.explorer.names import RATE_WORDS, WAY_WORDS


def test_nothing_is_without_a_name() -> None:
    assert WAY_WORDS.keys() == AGGREGATIONS.keys()
    assert RATE_WORDS.keys() == RATES.keys()
