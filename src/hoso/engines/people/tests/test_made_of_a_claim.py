"""Of a person made of a claim holds what was taken from it: working it out once more, as of everybody else, changes nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.known_person import Origin
from hoso.engines.people.linkage import Linkage
from hoso.engines.people.models import BirthDate

DAYS = st.dates(date(1880, 1, 1), date(2025, 9, 1))
BIRTHS = st.one_of(
    st.just(BirthDate(None, 0)),
    st.builds(BirthDate, DAYS, st.sampled_from([1, 2, 3])),
    st.builds(BirthDate, DAYS, st.just(4), st.sampled_from(["0000", "2359"])),
)
CLAIMS = st.builds(
    ClaimedIdentity, st.sampled_from(["", "NGUYỄN THỊ MAI"]), BIRTHS, st.sampled_from([1, 2, 3]),
    st.just((("personal_number", "079185000001"),)), st.just("01000"), st.sampled_from(["", "0900000001"]),
    st.sampled_from(["", "Tổ 1 (mẫu)"]), st.just(datetime(2025, 9, 1, tzinfo=UTC)), source=st.sampled_from(["", "household_list"]),
    details=st.sampled_from([{}, {"occupation": "00000"}]),
)  # fmt: skip
ORIGINS = st.builds(Origin, st.just(7), st.sampled_from([0, 12]), st.just(1), st.just(1), st.just("visit"), st.just(0), st.sampled_from([0, 1]))  # fmt: skip


@given(CLAIMS, ORIGINS)
def test_what_holds_of_the_claim_alone_is_what_the_person_was_made_of(claim: ClaimedIdentity, origin: Origin) -> None:
    made, worked_out = (Linkage(None).link(claim, origin).person for _ in range(2))
    people = Linkage(None)
    people.persons[worked_out.person_id] = worked_out
    worked_out.statements.clear()
    people.describe(worked_out.person_id, claim, origin)
    assert replace(worked_out) == made
    assert not people.news.moved and not made.is_changed


@given(CLAIMS, CLAIMS)
def test_a_second_claim_is_worked_out(first: ClaimedIdentity, second: ClaimedIdentity) -> None:
    people, origin = Linkage(None), Origin(7, 0, 1, 1, "visit")
    person = people.link(first, origin).person
    later = replace(second, source=first.source, as_of=datetime(2025, 10, 1, tzinfo=UTC), phone="0911111111")
    people.describe(person.person_id, later, replace(origin, encounter="another"))
    assert person.phone == "0911111111" and person.is_changed
