"""A nurse of a commune's station sees its residents, and of anybody else not even that they exist."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.patients import STATION, STATION_COMMUNE
from tests.browser.watching import Watch, refused

Person = dict[str, str]
NOBODY = 99_999_999


@pytest.fixture
def resident(house: House) -> Person:
    return next(person for person in _with_record(house) if person["commune_code"] == STATION_COMMUNE)


@pytest.fixture
def outsider(house: House) -> Person:
    """Lives elsewhere, is registered elsewhere, and was never at the station."""
    return next(
        person
        for person in _with_record(house)
        if person["commune_code"] != STATION_COMMUNE and person["registered_facility"] != STATION
        and not house.rows(
            "SELECT 1 FROM intake_current_visit v JOIN places_facility f ON f.id = v.facility_id"
            " WHERE v.person_id = %s AND f.code = %s", _id(house, person), STATION,
        )
    )  # fmt: skip


def test_a_resident_is_found_and_opens(enter: Enter, house: House, resident: Person) -> None:
    page = enter("tram")
    page.locator("#q").fill(resident["personal_id"])
    hit = page.locator("#results a.hit")
    expect(hit).to_have_count(1)
    hit.click()
    page.wait_for_url(f"**/people/{_id(house, resident)}/")
    expect(page.locator(".timeline .visit").first).to_be_visible()


def test_somebody_elsewhere_is_not_found(enter: Enter, outsider: Person) -> None:
    page = enter("tram")
    for text in (outsider["personal_id"], outsider["card"] or outsider["personal_id"], outsider["phone"]):
        page.goto(f"/people/?q={text}")
        expect(page.locator("#results .empty")).to_contain_text("Không thấy ai trong phạm vi bạn được xem")
        assert page.locator("#results a.hit").count() == 0
        assert outsider["name"].split()[-1] not in page.locator("main").inner_text()


def test_the_address_of_somebody_elsewhere_says_what_that_of_nobody_says(
    enter: Enter, house: House, outsider: Person, watch: Watch
) -> None:
    page = enter("tram")
    person_id = _id(house, outsider)
    code = refused(page, watch, f"/people/{person_id}/", 404)
    of_somebody = page.locator("main").inner_text()
    assert code == "HS4003"
    assert outsider["name"] not in page.content()
    assert outsider["personal_id"] not in page.content()
    refused(page, watch, f"/people/{NOBODY}/", 404)
    assert page.locator("main").inner_text() == of_somebody
    encounter = house.one(
        "SELECT max(v.encounter) FROM intake_visit v WHERE v.person_id = %s AND v.state = 'filed'", person_id
    )
    assert refused(page, watch, f"/people/{person_id}/visits/{encounter}/", 404) == "HS5001"


def _with_record(house: House) -> list[Person]:
    """People of the province of whom a visit was filed."""
    known = {value for (value,) in house.rows("SELECT value FROM people_identifier WHERE kind = 'personal_number'")}
    return [person for person in house.people if person["personal_id"] in known and person["phone"]]


def _id(house: House, person: Person) -> int:
    return int(
        house.one(
            "SELECT DISTINCT i.person_id FROM people_identifier i JOIN people_person p USING (person_id)"
            " WHERE i.kind = 'personal_number' AND i.value = %s AND NOT p.provisional",
            person["personal_id"],
        )
    )
