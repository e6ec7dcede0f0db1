"""The grammar of scopes: what is a scope, what covers what, and how version 1 is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.accounts.authorization.permits import Permit, permits
from hoso.core.accounts.authorization.scope_words import sentences
from hoso.core.accounts.authorization.scopes import covers, narrow, needs_patient, parse

CONTEXTS, TYPES = ("patient", "user", "system"), ("*", "Observation", "Patient")
LETTERS = st.sets(st.sampled_from("cruds"), min_size=1).map(
    lambda chosen: "".join(one for one in "cruds" if one in chosen)
)
SCOPES = st.builds("{}/{}.{}".format, st.sampled_from(CONTEXTS), st.sampled_from(TYPES), LETTERS)


@pytest.mark.smart(370)
@pytest.mark.parametrize(
    "text",
    [
        "openid", "fhirUser", "offline_access", "launch/patient", "patient/*.rs", "user/Observation.cruds", "system/Patient.r",
        "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs",
        "patient/Observation.rs?category=laboratory&code=718-7", "user/Claim.read", "system/*.*", "__hoso/package.read", "__hoso/*",
        "__dhis2/dataValueSets.cu",
    ],
)  # fmt: skip
def test_these_are_scopes(text: str) -> None:
    assert parse(text) is not None
    assert narrow(text, [text]) == text
    assert len(sentences(text)) == 1


@pytest.mark.smart(129)
@pytest.mark.parametrize(
    "text",
    [
        "", "email", "patient/Observation", "patient/Observation.", "patient/Observation.sr", "patient/Observation.rr", "patient/Observation.x",
        "patient/Observation.read?category=a", "patient/Observation.rs?", "patient/Observation.rs?category", "Patient/Observation.rs",
        "launch/visit", "online_access", "__hoso/", "__hoso/DROP", "__dhis2/x.read",
        "system/Observation.readwrite", "patient/Obs*.rs",
    ],
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert parse(text) is None
    assert narrow(text, ["patient/*.cruds", "system/*.cruds", "__hoso/*"]) == ""


@pytest.mark.smart(126, 127, 128, 369)
@pytest.mark.parametrize(("version_1", "letters"), [("read", "rs"), ("write", "cud"), ("*", "cruds")])
def test_version_1_means_what_the_specification_says_and_is_answered_as_asked(version_1: str, letters: str) -> None:
    assert parse(f"user/Claim.{version_1}") == parse(f"user/Claim.{letters}")
    assert narrow(f"user/Claim.{version_1}", ["user/*.cruds"]) == f"user/Claim.{version_1}"


@pytest.mark.smart(217)
def test_scopes_of_our_own_stand_in_the_namespace_for_extensions() -> None:
    from hoso.web.oauth.discovery import SCOPES as told

    standard = {"openid", "fhirUser", "profile", "offline_access", "launch", "launch/patient", "launch/encounter"}
    assert all(one in standard or one.split("/")[0] in CONTEXTS or one.startswith("__") for one in told)


@given(SCOPES, SCOPES, st.sampled_from(TYPES[1:]), st.sampled_from(("create", "read", "update", "delete", "search")))
def test_what_is_covered_permits_nothing_more(wider: str, narrower: str, type_name: str, interaction: str) -> None:
    """Whatever a granted scope permits, the registered one that covers it permits too."""
    one, other = parse(wider), parse(narrower)
    assert one is not None
    assert other is not None
    if covers(one, other):
        asked = (type_name, interaction)
        by_narrower = permits(Actor(1, "x", "x", scopes=(narrower,), patient="P"), *asked)  # type: ignore[arg-type]
        by_wider = permits(Actor(1, "x", "x", scopes=(wider,), patient="P"), *asked)  # type: ignore[arg-type]
        assert set(by_narrower) <= set(by_wider) or Permit() in by_wider


@given(st.text(max_size=60))
def test_any_text_is_a_scope_or_none(text: str) -> None:
    assert narrow(text, ["__hoso/package.read"]) in ("", "__hoso/package.read")


@pytest.mark.smart(165)
def test_a_patient_scope_wants_a_patient_even_without_launch() -> None:
    assert needs_patient("patient/Observation.rs")
    assert needs_patient("openid launch/patient")
    assert not needs_patient("openid user/*.rs")
