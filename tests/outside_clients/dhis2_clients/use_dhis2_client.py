"""dhis2-client: a programme that enters a month and looks at what became of it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dhis2_client import DHIS2Client
from dhis2_client.errors import DHIS2HTTPError

given = json.loads(Path(sys.argv[1]).read_text())
client = DHIS2Client(given["base"], username=given["username"], password=given["password"], retries=0)
province, commune, month = given["province"], given["communes"][0], given["months"][0]
told = {
    "version": client.get_system_info()["version"],
    "me": client.get_current_user(fields="username,organisationUnits[id]"),
    "users": [one["id"] for one in client.get_users(fields="id,username")],
    "communes": len(list(client.get_organisation_units(level=3, filter=f"path:like:/{province}", fields="id,name"))),
    "unit": client.get_org_unit(commune, fields="id,level,ancestors[id,level]"),
    "tree": client.get_org_unit_tree(levels=2),
    "outlines": len(client.get_org_units_geojson_by_level(2)["features"]),
    "children": sorted(one["id"] for one in client.get_org_unit_children_geojson(province)["features"]),
    "subtree": len(client.get_org_unit_subtree_geojson(province)["features"]),
    "outline": client.get_org_unit_geojson(commune)["geometry"]["type"],
    "elements": len(list(client.get_data_elements(fields="id"))),
    "form": client.get_data_set(given["form"], fields="id,periodType,dataSetElements[dataElement[id]]"),
    "element": client.get_data_element(given["element"], fields="id,categoryCombo[id]"),
}
told["sent"] = client.post_data_value_set({"dataSet": given["form"], "dataValues": given["values"]})["response"]
told["values"] = client.get_data_value_set(
    {"dataSet": given["form"], "orgUnit": province, "children": "true", "period": month}
)["dataValues"]
client.set_data_value(given["element"], month, commune, 77, co=given["default"])
told["one"] = client.get_data_value(given["element"], month, commune, co=given["default"])
told["analytics"] = client.get_analytics_data(
    dx=[given["element"], given["indicator"]], pe=[*given["months"], "LAST_12_MONTHS", given["quarter"]],
    ou=[province, "LEVEL-3"], skipMeta=False, includeNumDen=True, relativePeriodDate="2026-04-10",
)  # fmt: skip
client.delete_data_value(given["element"], month, commune, co=given["default"])
told["latest"] = client.analytics_latest_period_for_level(given["element"], 2)
told["sharing"] = client.get_sharing(object_type="dataSet", object_id=given["form"])
refused: dict[str, Callable[[], Any]] = {
    "taken back": lambda: client.get_data_value(given["element"], month, commune, co=given["default"]),
    "no such unit": lambda: client.get_org_unit("abcdefghijk"),
    "no such element": lambda: client.get_analytics_data(dx="abcdefghijk", pe=month, ou=province),
    "misspelt": lambda: client.get_analytics_data(dx=given["element"], pe=month, ou=province, skipmeta="true"),
    "rights": lambda: client.grant_self_data_write_on_dataset(given["form"]),
    "own places": lambda: client.add_my_org_unit_scopes(capture=["abcdefghijk"]),
    "a unit": lambda: client.create_org_unit({"name": "x"}),
}
told["refused"] = {}
for name, attempt in refused.items():
    try:
        attempt()
        told["refused"][name] = [200, ""]
    except DHIS2HTTPError as error:
        told["refused"][name] = [error.status_code, (error.payload or {}).get("errorCode", "")]
print(json.dumps(told))
