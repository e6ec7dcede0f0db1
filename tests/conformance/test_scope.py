"""Who sees whom: by facility, by place, everywhere; lists hold exactly what single decisions allow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

import pytest

from hoso.core.errors import HosoError
from hoso.core.places.models import Place
from hoso.engines.people import queries as people
from hoso.engines.records import queries as records
from tests.claim_packages import Claim, sample_3176
from tests.intaking import Asker, Intake, asker, one, person_of, rows

FACILITIES = ("01000", "01999", "80901")
COMMUNES = ("00004", "00008", "00025")  # wards of Hà Nội since 2025-07-01
OLD_COMMUNE = "00001"  # phường Phúc Xá, merged into one of them on 2025-07-01


def ward(code: str) -> Place:
    return Place.objects.get(level=3, code=code, valid_from=date(2025, 7, 1))


def resident(number: int, commune: str, facility: str, day: str) -> Claim:
    return sample_3176().with_(
        MA_LK=f"SYN.{number}.{facility}.{day}", MA_BN=f"SYN-{number}", SO_CCCD=f"0791850{number:05}",
        MA_THE_BHYT=f"DN47901234{number:05}", HO_TEN=f"NGUYỄN VĂN SỐ {chr(65 + number % 26)}", DIEN_THOAI="",
        MAXA_CU_TRU=commune, MAHUYEN_CU_TRU="", MA_CSKCB=facility, NGAY_VAO=f"{day}0800", NGAY_RA=f"{day}1600",
    )  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    persons: list[int]
    askers: list[Asker]


@pytest.fixture(scope="module")
def loaded(filled: Callable[[], Intake]) -> Loaded:
    """Forty people, one to three visits each, somewhere; labels that some may not see among them."""
    random, intake = Random(7), filled()
    by_facility: dict[str, list[Claim]] = {facility: [] for facility in FACILITIES}
    for number in range(40):
        commune = random.choice(COMMUNES)
        for visit in range(random.randint(1, 3)):
            facility = random.choice(FACILITIES)
            claim = resident(number, commune, facility, f"20251{random.randint(0, 1)}{10 + visit}")
            by_facility[facility].append(claim.with_(MA_BENH_KT=random.choice(["I10", "F32.1", "B20"])))
    for facility, claims in by_facility.items():
        intake.file(*claims, made_on="20251130", facility=facility)
    askers = [asker("doctor", facility) for facility in FACILITIES]
    askers += [asker("station_nurse", place=ward(code)) for code in COMMUNES]
    askers += [asker("doctor"), asker("station_nurse", place=Place.objects.get(level=1, code="01", valid_to=None))]
    return Loaded([row[0] for row in rows("SELECT person_id FROM people_person ORDER BY 1")], askers)


def test_a_list_holds_exactly_those_who_may_be_seen_one_by_one(loaded: Loaded) -> None:
    sizes = []
    for asking in loaded.askers:
        answer = asking.ask("person.search", lambda scope: people.search(scope, "nguyen van", limit=100))
        listed = {hit.person_id for hit in answer.hits}
        assert listed == {person for person in loaded.persons if asking.person(person) is not None}
        sizes.append(len(listed))
    assert len(set(sizes)) > 3 and 0 in sizes and max(sizes) == len(loaded.persons) == 40


def test_a_timeline_holds_exactly_the_visits_that_open(loaded: Loaded) -> None:
    encounters: dict[int, list[str]] = {person: [] for person in loaded.persons}
    for person, encounter in rows("SELECT person_id, id FROM records_resource WHERE type = 44"):
        encounters[person].append(encounter)
    opened = 0
    for asking in loaded.askers:
        for person in loaded.persons[:6]:
            listed = {visit.encounter for visit in asking.timeline(person).visits}
            single = {one_of for one_of in encounters[person] if asking.visit(person, one_of) is not None}
            assert listed == single
            opened += len(single)
    assert opened > 25


def test_the_first_and_the_second_lock_agree(loaded: Loaded) -> None:
    """The scope in Python and row security in the database let the same rows through."""
    from django.db import connection

    def both(scope: object) -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM records_resource r WHERE {scope.persons('r')}")  # type: ignore[attr-defined]
            first = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM records_resource")
            return first, cursor.fetchone()[0]

    counted = [asking.ask("record.read", both) for asking in loaded.askers]
    assert all(first == second for first, second in counted)
    assert len({first for first, _ in counted}) > 4


def test_another_mans_visit_does_not_open_under_my_number(loaded: Loaded) -> None:
    everywhere = loaded.askers[-1]
    first, second = loaded.persons[:2]
    (visit, *_) = everywhere.timeline(first).visits
    assert everywhere.visit(first, visit.encounter) is not None
    assert everywhere.visit(second, visit.encounter) is None
    assert everywhere.ask("record.read", lambda scope: records.trend(scope, second, "WBC"), second) != []


def test_a_station_sees_those_who_live_in_the_commune_also_under_its_old_code(intake: Intake) -> None:
    old = Place.objects.get(level=3, code=OLD_COMMUNE, valid_to=date(2025, 7, 1))
    (heir,) = {link.new for link in old.followed_by.all()}
    before = resident(1, OLD_COMMUNE, "01000", "20250310").with_(MAHUYEN_CU_TRU="001")
    after = resident(2, heir.code, "01000", "20251010")
    elsewhere = resident(3, next(code for code in COMMUNES if code != heir.code), "01000", "20251010")
    intake.file(before, after, elsewhere, made_on="20251130")
    nurse = asker("station_nurse", place=heir)
    assert nurse.names("nguyen van so") == ["NGUYỄN VĂN SỐ B", "NGUYỄN VĂN SỐ C"]
    assert len(nurse.timeline(person_of(before.ma_lk)).visits) == 1
    assert nurse.timeline(person_of(elsewhere.ma_lk)).visits == ()


def test_a_visit_elsewhere_opens_the_whole_record_to_who_treats(intake: Intake) -> None:
    intake.file(resident(1, COMMUNES[0], "01999", "20250910"), facility="01999")
    person = one("SELECT person_id FROM people_person")
    doctor = asker("doctor", "01000")
    assert doctor.person(person) is None
    intake.file(resident(1, COMMUNES[0], "01000", "20251010"), made_on="20251011")
    assert len(doctor.timeline(person).visits) == 2


def test_a_purpose_the_role_does_not_have_is_refused(intake: Intake) -> None:
    doctor = asker("doctor", "01000")
    with pytest.raises(HosoError, match="HS2001"):
        Asker(doctor.actor, "record_keeping").search("mau")
    assert doctor.search("mau") == []


def test_pages_of_a_timeline_hold_every_visit_once(intake: Intake) -> None:
    """Also where several visits begin in the same minute, at the border of two pages."""
    claims = [resident(1, COMMUNES[0], "01000", "20251010").with_(MA_LK=f"SYN.{n}", GHI_CHU=str(n)) for n in range(7)]
    claims += [resident(1, COMMUNES[0], "01000", "20251011").with_(MA_LK="SYN.8")]
    intake.file(*claims, made_on="20251130")
    doctor, person = asker("doctor", "01000"), person_of("SYN.0")
    seen: list[str] = []
    before = None
    for _ in range(10):
        page = doctor.timeline(person, before=before, limit=3)
        seen += [visit.encounter for visit in page.visits]
        if not page.more:
            break
        before = page.visits[-1].started
    assert len(seen) == len(set(seen)) == 8
