"""The order of arrival decides how a person is called and nothing else: shown in small, and that the comparison of
`make prove-order` sees what is broken."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from hoso.engines.people import details
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.linkage import Linkage
from tests.claim_packages import Claim, sample_3176
from tests.faults.naming import Names, NotOneToOne, Persons, names, persons_of
from tests.faults.order_content import Content, content, differences
from tests.intaking import Intake, as_service, forget, one, person_of, undone


def visit(ma_lk: str, day: str, **values: str) -> Claim:
    given = {
        "MA_LK": ma_lk, "HO_TEN": "NGUYỄN THỊ MAI", "SO_CCCD": "079185000001", "MA_THE_BHYT": "DN4790123456789",
        "MA_BN": ma_lk, "NGAY_SINH": "198503120000", "GIOI_TINH": "2", "NGAY_VAO": f"{day}0800", "NGAY_RA": f"{day}0900",
    }  # fmt: skip
    return sample_3176().with_(**{**given, **values})


INSURANCE_ALONE = visit("A", "20250301", SO_CCCD="", DIEN_THOAI="0900000001")
BOTH = visit("B", "20250305", DIEN_THOAI="0900000002")
PERSONAL_ALONE = visit("C", "20250310", MA_THE_BHYT="", DIEN_THOAI="0900000003")
VISITS = (INSURANCE_ALONE, BOTH, PERSONAL_ALONE)


def filed(intake: Intake, visits: Sequence[Claim], called: Names | None = None) -> tuple[Persons, Content]:
    """Who the visits are of in a store that took them in this order, and what it holds."""
    with undone():
        forget()
        for claim in visits:
            intake.file(claim, made_on="20250315")
        with as_service():
            database: Any = connection.connection
            return persons_of(database), content(database, called or Names({}, {}))


def compared(intake: Intake, one_order: Sequence[Claim], other_order: Sequence[Claim]) -> tuple[Names, dict[str, Any]]:
    (ours, first), (theirs, _) = filed(intake, one_order), filed(intake, other_order)
    called = names(ours, theirs)[1]
    return called, differences(first, filed(intake, other_order, called)[1])


def test_another_order_calls_the_person_otherwise_and_changes_nothing_else(intake: Intake) -> None:
    called, found = compared(intake, VISITS, VISITS[::-1])
    assert len(called.persons) == len(called.patients) == 1
    assert found == {}


def test_ids_once_given_are_kept_when_a_stronger_number_becomes_known(intake: Intake) -> None:
    ids = "SELECT person_id || patient_id FROM people_person"
    intake.file(INSURANCE_ALONE)
    before = one(ids)
    intake.file(BOTH, made_on="20250316")
    intake.file(PERSONAL_ALONE, made_on="20250317")
    assert one(ids) == before
    assert person_of("A") == person_of("B") == person_of("C")


def test_a_linkage_that_looks_at_the_strongest_number_alone_is_seen(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Linkage.link

    def by_strongest(self: Linkage, claim: ClaimedIdentity, origin: Any) -> Any:
        known = self.owners
        self.owners = {key: owner for key, owner in known.items() if key in claim.keys(origin.facility_id)[:1]}
        linked = whole(self, claim, origin)
        self.owners = known | self.owners
        return linked

    monkeypatch.setattr(Linkage, "link", by_strongest)
    with pytest.raises(NotOneToOne):
        compared(intake, VISITS, VISITS[::-1])


def test_facts_of_whichever_visit_was_read_last_are_seen(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "in_order", list)
    assert "people_person" in compared(intake, VISITS, VISITS[::-1])[1]


def test_a_number_kept_from_the_first_visit_only_is_seen(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Linkage._attach

    def first_only(self: Linkage, person: Any, claim: Any, keys: Any, origin: Any, conflict: Any) -> Any:
        return whole(self, person, claim, keys if person.is_new or len(keys) > 2 else keys[:0], origin, conflict)

    monkeypatch.setattr(Linkage, "_attach", first_only)
    assert "people_identifier" in compared(intake, VISITS, VISITS[::-1])[1]
