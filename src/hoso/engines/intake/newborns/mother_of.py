"""The mother of a newborn as FHIR says it: a RelatedPerson in the child's record (R4, RelatedPerson.relationship)."""

from hoso.engines.intake.mapping.elements import IDENTIFIER
from hoso.engines.intake.mapping.patient import birth_date
from hoso.engines.people.claimed import ids_from
from hoso.engines.people.known_person import KnownPerson
from hoso.engines.records.drafts import PATIENT_PLACEHOLDER, Draft, to_bytes
from hoso.engines.records.fhir.search.index_rows import index_rows

ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def mother_draft(child: KnownPerson, mother: KnownPerson) -> Draft:
    """Of one child always the same resource; `identifier` is the id of the mother's own Patient."""
    content = {
        "active": True,
        "identifier": [{"system": IDENTIFIER + "patient", "value": mother.patient_id}],
        "patient": {"reference": f"Patient/{PATIENT_PLACEHOLDER}"},
        "relationship": [{"coding": [{"system": ROLES, "code": "MTH", "display": "mother"}]}],
        "name": [{"use": "official", "text": mother.name}],
        "gender": "female",
    }
    if born := birth_date(mother):
        content["birthDate"] = born
    body, id_ = to_bytes({"resourceType": "RelatedPerson", **content}), ids_from(f"mother|{child.patient_id}")[1]
    content["patient"] = {"reference": f"Patient/{child.patient_id}"}
    return Draft("RelatedPerson", id_, 0, 1, child.as_of, 0, body, index_rows("RelatedPerson", content))
