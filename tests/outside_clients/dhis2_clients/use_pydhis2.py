"""pydhis2: a data quality review over a quarter."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pydhis2.core.client import AsyncDHIS2Client
from pydhis2.core.errors import DHIS2HTTPError, RetryExhausted
from pydhis2.core.types import AnalyticsQuery, DHIS2Config, ImportConfig, ImportStrategy
from pydhis2.dqr.metrics import CompletenessMetrics

given = json.loads(Path(sys.argv[1]).read_text())


def rows(table: Any) -> list[dict[str, Any]]:
    return list(json.loads(table.to_json(orient="records")))


async def main() -> dict[str, Any]:
    config = DHIS2Config(
        base_url=given["base"], auth=(given["username"], given["password"]), max_retries=1, enable_cache=False, rps=100
    )
    province, months = given["province"], given["months"]
    async with AsyncDHIS2Client(config) as client:
        told: dict[str, Any] = {"sent": (await client.datavaluesets.push({"dataValues": given["values"]})).raw_data}
        pulled = await client.datavaluesets.pull(
            data_set=given["form"], org_unit=province, children=True, start_date="2026-01-01", end_date="2026-03-31"
        )
        told["pulled"] = rows(pulled[["dataElement", "period", "orgUnit", "value"]])
        query = AnalyticsQuery(dx=[given["element"], given["indicator"]], ou=[province, *given["communes"]], pe=months)
        told["analytics"] = rows(await client.analytics.to_pandas(query))
        by_name = AnalyticsQuery(dx=given["element"], ou=province, pe=months[0], output_id_scheme="NAME")
        told["by name"] = (await client.analytics.raw(by_name))["rows"]
        pages = [page async for page in client.analytics.stream_paginated(query, page_size=5)]
        told["pages"] = [len(page) for page in pages]
        told["elements"] = len((await client.metadata.get_data_elements())["dataElements"])
        told["indicators"] = len((await client.metadata.get_indicators())["indicators"])
        told["provinces"] = len(
            (await client.metadata.get_organisation_units(filter={"level": "2"}))["organisationUnits"]
        )
        told["quality"] = [[one.metric_name, one.value] for one in CompletenessMetrics().calculate(pulled)]
        wrong = [*given["values"][:2], {**given["values"][0], "value": "nhiều"}]
        try:
            await client.datavaluesets.push(
                {"dataValues": wrong}, ImportConfig(strategy=ImportStrategy.CREATE_AND_UPDATE)
            )
        except RetryExhausted as error:
            answer = error.__cause__
            assert isinstance(answer, DHIS2HTTPError)
            told["refused"] = [answer.status, answer.response_data["response"]["importCount"]]
        return told


print(json.dumps(asyncio.run(main())))
