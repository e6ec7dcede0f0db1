"""Persons whose address is of before 2025-07-01 are found in the commune of today: all rows of the crosswalk, in every way in
which an address arrives."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.core.definitions import definitions_folder
from hoso.core.places.communes import communes_on
from hoso.core.places.models import Place
from hoso.core.places.queries import addresses_of, now, place_at
from hoso.engines.intake.addresses import residence_of
from hoso.engines.intake.households.importing import receive_list, take_list
from hoso.engines.intake.moments import VIETNAM
from hoso.engines.people import queries as people
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.models import BirthDate, PersonHit
from tests.claim_packages import sample_3176
from tests.intaking import Asker, Intake, asker, person_of, sign_in
from tests.joining import officer

OLD, NEW, LATER = date(2025, 6, 30), date(2025, 7, 1), datetime(2025, 9, 10, tzinfo=VIETNAM)
Rows = list[dict[str, str]]


def crosswalk() -> Rows:
    with (definitions_folder() / "places" / "crosswalk_commune_2025.csv").open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def everywhere(filled: Callable[[], Intake]) -> Asker:
    """One person in each of the 10,035 communes of before, brought by a list of households of that time."""
    filled()
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(("household", "person", "name", "sex", "born", "commune_code"))
    for code in sorted({row["old_commune_code"] for row in crosswalk()} - {""}):
        table.writerow(("H1", "1", f"Mẫu {code}", "nam", "1990", code))
    take_list(receive_list(officer(), "cu.csv", [out.getvalue().encode()], OLD))
    return asker("intake_officer")


def living_in(who: Asker, commune: Place, text: str = "", limit: int = 100) -> list[PersonHit]:
    places = addresses_of(commune)
    return list(who.ask("person.search", lambda scope: people.search(scope, text, limit, living_in=places)).hits)


def test_everybody_of_the_crosswalk_is_found_in_the_commune_of_today_and_nobody_else(everywhere: Asker) -> None:
    rows = crosswalk()
    assert len(rows) == 10_602
    heirs, expected = defaultdict(set), defaultdict(set)
    for row in rows:
        if row["old_commune_code"]:  # five islands had none
            heirs[row["old_commune_code"]].add(row["new_commune_code"])
            expected[row["new_commune_code"]].add(f"Mẫu {row['old_commune_code']}")
    split = {f"Mẫu {code}" for code, found in heirs.items() if len(found) > 1}
    assert len(heirs) == 10_035 and len(split) == 471
    first = {place.code: place for place in Place.objects.filter(level=3, valid_from=NEW)}
    asked = 0
    for code, names in expected.items():
        (commune,) = now(first[code])
        hits = living_in(everywhere, commune)
        assert {hit.name for hit in hits} >= names, code
        assert {hit.name for hit in hits if hit.undecided} == {hit.name for hit in hits} & split
        asked += len(names)
        if commune.valid_from == NEW:
            assert {hit.name for hit in hits} == names, code
    assert asked == 10_602 - 5


def _claim(**said: str) -> ClaimedIdentity:
    return ClaimedIdentity("A", BirthDate(None, 0), 1, (("card", "x"),), "", "", said.pop("address", ""), LATER, **said)  # type: ignore[arg-type]


def test_a_visit_tells_the_same_by_old_codes_and_by_words_months_after(everywhere: Asker) -> None:
    communes = communes_on(OLD)
    for row in crosswalk():
        island = None if row["old_commune_code"] else place_at(2, row["old_district_code"], OLD)
        home = now(island)[0].pk if island else communes[row["old_commune_code"]].now
        coded = _claim(province_code=row["old_province_code"], district_code=row["old_district_code"], commune_code=row["old_commune_code"])  # fmt: skip
        assert residence_of(coded) == home, row
        worded = _claim(address=row["old_name"].lstrip(", "))
        assert residence_of(worded) == home, row


def test_codes_of_today_are_those_of_today_and_words_do_not_speak_against_codes(everywhere: Asker) -> None:
    assert residence_of(_claim(province_code="79", commune_code="26737")) == place_at(3, "26737", NEW).pk  # type: ignore[union-attr]
    province = place_at(1, "75", NEW)
    assert province
    ended = now(province)[0].pk
    assert residence_of(_claim(province_code="75", address="Xã Thái Mỹ, Huyện Củ Chi, TP.HCM")) == ended
    assert residence_of(_claim()) == 0


def test_a_nurse_finds_by_the_name_of_today_and_by_the_old_name_of_a_visit_whose_address_is_words(
    intake: Intake,
) -> None:
    claim = sample_3176().with_(
        MATINH_CU_TRU="", MAHUYEN_CU_TRU="", MAXA_CU_TRU="", DIA_CHI="Ấp 1, Xã Thái Mỹ, Huyện Củ Chi, TP.HCM"
    )
    intake.file(claim)
    (commune,) = now(place_at(3, "27538", OLD))  # type: ignore[arg-type]
    client = _desk(sign_in("station_nurse", place=commune))
    for asked in (commune.name, commune.code, "thai my cu chi"):
        page = client.get("/people/", {"commune": asked}).content.decode()
        assert f"/people/{person_of(claim.ma_lk)}/" in page, asked
        assert commune.address in page
    other = place_at(3, "26737", NEW)
    assert (
        other
        and "/people/" + str(person_of(claim.ma_lk))
        not in client.get("/people/", {"q": claim.summary["HO_TEN"], "commune": other.code}).content.decode()
    )
    by_name = client.get("/people/", {"q": claim.summary["HO_TEN"], "commune": commune.code}).content.decode()
    by_number = client.get("/people/", {"q": claim.summary["SO_CCCD"], "commune": commune.code}).content.decode()
    assert f"/people/{person_of(claim.ma_lk)}/" in by_name and f"/people/{person_of(claim.ma_lk)}/" in by_number


def test_who_lived_in_a_split_commune_is_shown_in_each_heir_as_undecided(intake: Intake) -> None:
    old = place_at(3, "00175", OLD)
    assert old and len(now(old)) == 3
    claim = sample_3176().with_(MATINH_CU_TRU="01", MAHUYEN_CU_TRU=old.parent.code, MAXA_CU_TRU=old.code)  # type: ignore[union-attr]
    intake.file(claim)
    client = _desk(sign_in("intake_officer"))
    for heir in now(old):
        page = client.get("/intake/people/", {"commune": heir.code}).content.decode()
        assert str(person_of(claim.ma_lk)) in page and "xã cũ đã chia" in page
    choices = client.get("/intake/people/", {"commune": old.address}).content.decode()
    assert str(person_of(claim.ma_lk)) not in choices
    assert all(f"commune={heir.code}" in choices for heir in now(old))


def test_a_commune_that_never_was_finds_nobody_and_says_so(intake: Intake) -> None:
    intake.file(sample_3176())
    client = _desk(sign_in("intake_officer"))
    page = client.get("/intake/people/", {"q": sample_3176().summary["HO_TEN"], "commune": "atlantis"}).content.decode()
    assert "Không có xã, phường nào" in page and 'class="hit"' not in page


def test_the_search_by_commune_shows_nobody_beyond_reach(intake: Intake) -> None:
    commune = place_at(3, "26737", NEW)
    assert commune
    claim = sample_3176().with_(MATINH_CU_TRU="79", MAHUYEN_CU_TRU="", MAXA_CU_TRU="26737")
    intake.file(claim)
    far, near = asker("doctor", "79999"), asker("doctor", "01000")
    assert [hit.person_id for hit in living_in(near, commune)] == [person_of(claim.ma_lk)]
    assert living_in(far, commune) == []


def _desk(account: Any) -> Client:
    return Client(headers={"authorization": f"Bearer {issue_token(account, 'test', 1)}"})
