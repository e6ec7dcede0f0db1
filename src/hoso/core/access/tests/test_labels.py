import pytest

from hoso.core.access.labels import (
    destination_rule,
    destinations,
    labels,
    labels_in,
    mask_of,
    rule_mask,
    withheld_mask,
)
from hoso.core.definitions import definitions_folder, read_definition

FOLDER = definitions_folder() / "sensitivity"


@pytest.mark.parametrize("name", ["labels", "destinations", "triggers"])
def test_every_file_keeps_its_schema(name: str) -> None:
    read_definition(FOLDER / f"{name}.yaml", FOLDER / "schema" / f"{name}.json")


def test_the_bits_are_the_ones_stored_in_rows() -> None:
    assert [label.key for label in labels().values()] == [
        "hiv", "addiction", "drug_test", "psychiatry", "art_donor", "surrogacy", "fetal_sex", "transplant",
        "gender_reassignment", "genetic", "domestic_violence", "child_abuse", "prostitution",
    ]  # fmt: skip
    assert [label.bit for label in labels().values()] == list(range(13))


def test_every_label_has_a_rule_at_every_destination() -> None:
    assert destinations() == ("own_record", "treating_staff", "statistics", "claims", "research")
    for destination in destinations():
        parts = [rule_mask(destination, rule) for rule in ("file", "label", "withhold", "aggregate_only")]
        assert sum(parts) == 2**13 - 1


def test_hiv_addiction_and_prostitution_stay_out_of_the_record_until_guidance_comes() -> None:
    three = mask_of(["hiv", "addiction", "prostitution"])
    for destination in ("own_record", "treating_staff"):
        assert withheld_mask(destination) == three | mask_of(["fetal_sex"])


def test_claims_keep_hiv() -> None:
    assert destination_rule("hiv", "claims") == "file"
    assert not withheld_mask("claims") & labels()["hiv"].mask


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        destination_rule("hiv", "press")
    with pytest.raises(KeyError):
        withheld_mask("press")
    with pytest.raises(KeyError):
        mask_of(["cough"])


def test_a_mask_gives_its_labels_back() -> None:
    assert [label.key for label in labels_in(mask_of(["genetic", "hiv"]))] == ["hiv", "genetic"]
    with pytest.raises(ValueError, match="without a label"):
        labels_in(1 << 20)
