"""The metadata that DHIS2's own tests set up, as a bundle: two of their worlds, in ours."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.core.places.models import Facility, FacilityLink, Place
from hoso.engines.statistics.metadata import import_metadata
from hoso.engines.statistics.uids import DEFAULT_COMBO, DEFAULT_SPLIT

ATTRIBUTE = "uh6H2ff562G"
MakeActor = Callable[..., Actor]


def _ref(uid: str) -> dict[str, str]:
    return {"id": uid}


def _element(uid: str, code: str, kind: str, attribute: str = "", combo: str = DEFAULT_COMBO) -> dict[str, Any]:
    values = [{"attribute": _ref(ATTRIBUTE), "value": attribute}] if attribute else []
    return {
        "id": uid, "code": code, "name": f"Data element {code}", "valueType": kind, "aggregationType": "SUM",
        "categoryCombo": _ref(combo), "attributeValues": values,
    }  # fmt: skip


# Of DataValueSetServiceTest and DataValueSetServiceIntegrationTest.
VALUE_SETS: dict[str, list[dict[str, Any]]] = {
    "categoryOptions": [{"id": "optionAAAAA", "name": "Option A"}, {"id": "optionBBBBB", "name": "Option B"}],
    "categories": [{"id": "categoryAAA", "name": "Category A", "categoryOptions": [_ref("optionAAAAA"), _ref("optionBBBBB")]}],
    "categoryCombos": [{"id": "comboAAAAAA", "name": "Combo A", "categories": [_ref("categoryAAA")]}],
    "categoryOptionCombos": [
        {"id": "kjuiHgy67hg", "name": "A", "categoryCombo": _ref("comboAAAAAA"), "categoryOptions": [_ref("optionAAAAA")]},
        {"id": "Gad33qy67g5", "name": "B", "categoryCombo": _ref("comboAAAAAA"), "categoryOptions": [_ref("optionBBBBB")]},
    ],
    "dataElements": [
        _element("f7n9E0hX8qk", "DE_A", "INTEGER", "DE1"),
        _element("Ix2HsbDMLea", "DE_B", "INTEGER", "DE2"),
        _element("eY5ehpbEsB7", "DE_C", "INTEGER", "DE3"),
        _element("jH26dja2f28", "DE_D", "INTEGER", "DE4"),
        _element("jH26dja2f30", "DE_E", "BOOLEAN"),
        _element("jH26dja2f31", "DE_F", "TRUE_ONLY"),
    ],
    "dataSets": [{
        "id": "pBOMPrpg1QX", "code": "DS_A", "name": "Data set A", "periodType": "Monthly",
        "dataSetElements": [{"dataElement": _ref(uid)} for uid in
                            ("f7n9E0hX8qk", "Ix2HsbDMLea", "eY5ehpbEsB7", "jH26dja2f30", "jH26dja2f31")],
        "organisationUnits": [_ref("DiszpKrYNg8"), _ref("BdfsJfj87js")],
    }],
}  # fmt: skip

# Of AdxDataServiceIntegrationTest.
_AGE_SEX = {
    ("F", "under5"): "FUnder55555",
    ("M", "under5"): "MUnder55555",
    ("F", "over5"): "FOver555555",
    ("M", "over5"): "MOver555555",
}
_SEX = {"F": ("FFFFFFFFFFF", "Female"), "M": ("MMMMMMMMMMM", "Male")}
_AGE = {"under5": ("under555555", "Under 5"), "over5": ("over5555555", "Over 5")}
MALARIA: dict[str, list[dict[str, Any]]] = {
    "categoryOptions": [
        *({"id": uid, "code": code, "name": name} for code, (uid, name) in (*_SEX.items(), *_AGE.items())),
        {"id": "PEPFARRRRRR", "code": "PEPFAR", "name": "PEPFAR mechanism"},
        {"id": "McDonaldsss", "code": "McDonalds", "name": "McDonalds mechanism"},
    ],
    "categories": [
        {"id": "ageeeeeeeee", "code": "age", "name": "Age_category", "categoryOptions": [_ref("under555555"), _ref("over5555555")]},
        {"id": "sexxxxxxxxx", "code": "sex", "name": "Sex_category", "categoryOptions": [_ref("FFFFFFFFFFF"), _ref("MMMMMMMMMMM")]},
        {"id": "mechanismmm", "code": "mechanism", "name": "Mechanism_category",
         "categoryOptions": [_ref("PEPFARRRRRR"), _ref("McDonaldsss")]},
    ],
    "categoryCombos": [
        {"id": "sexAgeeeeee", "code": "SexAge", "name": "Sex and age", "categories": [_ref("ageeeeeeeee"), _ref("sexxxxxxxxx")]},
        {"id": "mechanismcc", "code": "Mechanism", "name": "Mechanism", "categories": [_ref("mechanismmm")]},
    ],
    "categoryOptionCombos": [
        *({"id": uid, "code": f"{sex}_{age.capitalize()}", "name": f"{_SEX[sex][1]} {_AGE[age][1]}",
           "categoryCombo": _ref("sexAgeeeeee"), "categoryOptions": [_ref(_SEX[sex][0]), _ref(_AGE[age][0])]}
          for (sex, age), uid in _AGE_SEX.items()),
        {"id": "cocPEPFARRR", "code": "coc_PEPFAR", "name": "PEPFAR CategoryOptionCombo",
         "categoryCombo": _ref("mechanismcc"), "categoryOptions": [_ref("PEPFARRRRRR")]},
        {"id": "cocMcDonald", "code": "coc_McDonalds", "name": "McDonalds CategoryOptionCombo",
         "categoryCombo": _ref("mechanismcc"), "categoryOptions": [_ref("McDonaldsss")]},
    ],
    "dataElements": [
        {**_element("MalNummmmmm", "Mal_num", "NUMBER", combo="sexAgeeeeee"), "name": "Malaria numeric"},
        {**_element("MalTexttttt", "Mal_text", "TEXT"), "name": "Malaria text"},
    ],
    "dataSets": [
        {"id": "MalariaDSSS", "code": "MalariaDS", "name": "Malaria DS", "periodType": "Monthly",
         "dataSetElements": [{"dataElement": _ref("MalNummmmmm")}, {"dataElement": _ref("MalTexttttt")}],
         "organisationUnits": [_ref("P1233333333"), _ref("D4566666666")]},
        {"id": "MalariaMech", "code": "MalariaMechanismDS", "name": "Malaria Mechanism DS", "periodType": "Quarterly",
         "categoryCombo": _ref("mechanismcc"), "dataSetElements": [{"dataElement": _ref("MalNummmmmm")}],
         "organisationUnits": [_ref("P1233333333"), _ref("D4566666666")]},
    ],
}  # fmt: skip

# uid, code, name, value of the attribute
UNITS = [
    ("DiszpKrYNg8", "OU_A", "Organisation unit A", "OU1"),
    ("BdfsJfj87js", "OU_B", "Organisation unit B", "OU2"),
    ("j7Hg26FpoIa", "OU_C", "Organisation unit C", "OU3"),
    ("P1233333333", "123", "Provincial Hospital", ""),
    ("D4566666666", "456", "District Hospital", ""),
]


def prepare(actor: MakeActor) -> Actor:
    """Make both worlds; gives an officer who may report everywhere."""
    designer = actor("statistics_designer")
    commune = Place.objects.filter(level=3, valid_to__isnull=True).order_by("code")[0]
    administrator = actor("administrator")
    with acting_transaction(administrator.account_id, "administration"):
        facilities = [
            Facility.objects.create(code=f"DH{number:03}", name=name, folded_name=name.lower(), kind="hospital")
            for number, (_, _, name, _) in enumerate(UNITS)
        ]
        for facility in facilities:
            FacilityLink.objects.create(facility=facility, place=commune, valid_from=None)
    with acting_transaction(designer.account_id, "statistics"), connection.cursor() as cursor:
        for facility, (uid, code, _, value) in zip(facilities, UNITS, strict=True):
            for scheme, name in (("uid", uid), ("code", code), (f"attribute:{ATTRIBUTE}", value)):
                if name:
                    cursor.execute(
                        "INSERT INTO statistics_alias VALUES ('unit', %s, %s, %s)", [scheme, name, -facility.pk]
                    )
    import_metadata(designer, VALUE_SETS)
    import_metadata(designer, MALARIA)
    with acting_transaction(designer.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO statistics_alias SELECT 'split', 'code', 'OC_DEF_CODE', id FROM statistics_split WHERE uid = %s",
            [DEFAULT_SPLIT],
        )
    return actor("statistics_officer")
