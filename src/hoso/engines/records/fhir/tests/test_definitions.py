"""The definitions name what R4 has, no more and no less."""

from hoso.engines.records.fhir import definitions
from hoso.engines.records.resource_types import NAMES


def test_the_types_are_those_the_store_has_numbers_for() -> None:
    assert set(definitions.resource_types()) == set(NAMES)


def test_elements_know_their_array_choice_binding_and_targets() -> None:
    patient = definitions.types()["Patient"].elements
    assert patient["name"].repeats and not patient["birthDate"].repeats
    assert dict(patient["deceased[x]"].spellings()) == {"deceasedBoolean": "boolean", "deceasedDateTime": "dateTime"}
    assert patient["gender"].binding == "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert set(patient["managingOrganization"].targets) == {"Organization"}
    assert definitions.types()["Questionnaire"].elements["item.item"].content == "item"


def test_value_sets_are_listed_or_said_not_to_be() -> None:
    genders = definitions.bound_codes("http://hl7.org/fhir/ValueSet/administrative-gender")
    assert genders is not None and set(genders) == {"http://hl7.org/fhir/administrative-gender"}
    assert genders["http://hl7.org/fhir/administrative-gender"] == {"male", "female", "other", "unknown"}
    assert definitions.bound_codes("http://hl7.org/fhir/ValueSet/currencies") is None


def test_a_parameter_of_many_types_speaks_of_one() -> None:
    patient = definitions.search_parameters("Patient")["email"]
    assert patient.expression == "Patient.telecom.where(system='email')"
    assert "_lastUpdated" in definitions.search_parameters("Patient")
    assert "email" not in definitions.search_parameters("Observation")


def test_compartments() -> None:
    patient = definitions.compartment("Patient")
    assert patient["Observation"] == ("subject", "performer")
    assert "Organization" not in patient
