"""dhis2.py: a script of an administrator: pages of units, a payload in parts, a report."""

import json
import sys
from pathlib import Path

from dhis2 import Api, RequestException

given = json.loads(Path(sys.argv[1]).read_text())
api = Api(given["base"], given["username"], given["password"])
province, month = given["province"], given["months"][0]
told = {
    "version": [api.get_version(), api.get_version_int(), api.get_revision()],
    "pages": [len(page["organisationUnits"]) for page in api.get_paged("organisationUnits", params={"level": 3, "fields": "id"}, page_size=1000)],
    "merged": len(api.get_paged("dataElements", page_size=100, merge=True)["dataElements"]),
    "parts": [answer.json()["response"]["importCount"] for answer in api.post_partitioned("dataValueSets", json={"dataValues": given["values"]}, thresh=4)],
    "values": api.get("dataValueSets", params=[("dataSet", given["form"]), ("orgUnit", province), ("children", "true"), *(("period", one) for one in given["months"])]).json()["dataValues"],
    "analytics": api.get("analytics", params=[("dimension", f"dx:{given['element']};{given['indicator']}"), ("dimension", f"pe:{';'.join(given['months'])}"), ("filter", f"ou:{province}"), ("skipMeta", "true")]).json(),
    "csv": api.get("analytics", file_type="csv", params={"dimension": f"dx:{given['element']},pe:{month},ou:{province}"}).text,
    "completed": api.post("completeDataSetRegistrations", json={"completeDataSetRegistrations": [{"dataSet": given["form"], "period": month, "organisationUnit": one} for one in given["communes"]]}).json()["response"]["importCount"],
    "complete": len(api.get("completeDataSetRegistrations", params={"dataSet": given["form"], "period": month, "orgUnit": province, "children": "true"}).json()["completeDataSetRegistrations"]),
    "rates": api.get("analytics", params=[("dimension", f"dx:{given['form']}.ACTUAL_REPORTS;{given['form']}.EXPECTED_REPORTS;{given['form']}.REPORTING_RATE"), ("dimension", f"pe:{month}"), ("dimension", f"ou:{province}")]).json()["rows"],
}  # fmt: skip
try:
    api.get("dataElements", params={"filtre": "x"})
except RequestException as error:
    told["misspelt"] = [error.code, json.loads(error.description)["errorCode"]]
print(json.dumps(told))
