"""Whose word counts for a child: the representative's, from 7 with the child's."""

from datetime import date

import pytest
import time_machine

from hoso.core.access.consent.models import Behalf
from hoso.core.access.sharing import actions, offers
from hoso.core.access.sharing.tests.clinic import Clinic, last_code, refused, subject

SPOKE = "2026-11-26T09:00:00+07:00"
MOTHER = Behalf("Trần Thị Mẹ", "parent")
MOTHER_AND_CHILD = Behalf("Trần Thị Mẹ", "parent", child_agreed=True)


@pytest.mark.parametrize(
    ("born", "behalf", "refusal"),
    [
        (date(2019, 11, 27), MOTHER, ""),  # seven tomorrow
        (date(2019, 11, 26), MOTHER, "HS2311"),  # seven today: the child is asked as well
        (date(2019, 11, 26), MOTHER_AND_CHILD, ""),
        (date(2019, 11, 26), Behalf(), "HS2310"),
        (date(2008, 11, 27), MOTHER, "HS2311"),  # of age tomorrow
        (date(2008, 11, 26), Behalf(), ""),  # of age today
        (date(2020, 1, 1), Behalf("Lê Văn Chồng", "spouse"), "HS2312"),
        (date(2020, 1, 1), Behalf("Lê Văn Ai", "neighbour"), "HS2312"),
    ],
)
def test_who_must_agree(born: date, behalf: Behalf, refusal: str, clinic: Clinic) -> None:
    with time_machine.travel(SPOKE, tick=False):
        offered = clinic.offer(subject=subject(7005, born), behalf=behalf)
        if refusal:
            with refused(refusal):
                offers.offer(clinic.doctor, offered)
        else:
            share_id = offers.offer(clinic.doctor, offered)
            assert actions.verify(clinic.doctor, share_id, last_code()).state == "active"
