"""A timeline's years are the same whether its page holds every visit or only the newest."""

from collections.abc import Callable

from tests.claim_packages import sample_3176
from tests.intaking import Intake, asker, person_of

FACILITY = "01000"


def test_a_page_with_every_visit_knows_the_years_that_a_shorter_page_asks_for(filled: Callable[[], Intake]) -> None:
    intake = filled()
    began = sample_3176().summary["NGAY_VAO"][:4]
    for number, back in enumerate((6, 3, 0)):
        claim = sample_3176()
        dates = {
            name: f"{int(value[:4]) - back}{value[4:]}"
            for name, value in claim.summary.items()
            if name.startswith("NGAY_") and value.startswith(began)
        }
        intake.file(claim.with_(MA_LK=f"SYN.YEARS.{number}", **dates))
    doctor, person = asker("doctor", FACILITY), person_of("SYN.YEARS.0")
    whole, newest = doctor.timeline(person), doctor.timeline(person, limit=1)
    assert not whole.more and newest.more
    assert (whole.first_year, whole.last_year) == (newest.first_year, newest.last_year) == (int(began) - 6, int(began))
    assert doctor.timeline(person, before=whole.visits[0].started).first_year == int(began) - 6
