"""dhis2-fetch: an analyst's download, as a table."""

import json
import sys
from pathlib import Path
from typing import Any

import dhis2_fetch

given = json.loads(Path(sys.argv[1]).read_text())
dhis2_fetch.connect(given["base"], given["username"], given["password"], quiet=True)
items = dhis2_fetch.fetch_data_items(verbose=True)
tree = dhis2_fetch.fetch_orgunit_tree(3, boundary_ou_uid=given["province"])
shapes = dhis2_fetch.fetch_shapefiles(levels=[2, 3], boundary_ou_uid=given["province"])
ways = {}
asked: dict[str, dict[str, Any]] = {
    "plain": {"uids": [given["element"], given["indicator"]]},
    "broken down": {"uids": [given["broken"]], "disaggregation": True},
    "a form": {"uids": [given["form"]], "dataset_choices": {given["form"]: {"elements": "all", "metrics": True}}},
}
for name, wanted in asked.items():
    table = dhis2_fetch.download_data(
        start_period=given["months"][0], end_period=given["months"][-1], period_unit="Month", download_level=3,
        boundary_ou_uid=given["province"], output_dir=f"{sys.argv[2]}/{name}", **wanted,
    )  # fmt: skip
    ways[name] = {
        "rows": json.loads(table.to_json(orient="records")),
        "available": table.attrs["data_available"],
    }
print(json.dumps({
    "items": items["datatype"].value_counts().to_dict(),
    "formula": items.set_index("dataid")["numerator"].to_dict()[given["indicator"]],
    "levels": dhis2_fetch.fetch_orgunit_levels(),
    "tree": json.loads(tree.to_json(orient="records")),
    "shapes": {name: len(found["features"]) for name, found in shapes.items()},
    "ways": ways,
}))  # fmt: skip
