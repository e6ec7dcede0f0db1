"""The review desk: two records side by side are joined, kept apart, and a join is undone."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.house import House

EVIDENCE = '[{"field": "name", "level": "swapped", "weight": 7.25}, {"field": "birth", "level": "part", "weight": 3.1}]'


@pytest.fixture
def alike(house: House) -> Iterator[list[tuple[int, str]]]:
    """Two pairs of persons that wait; (person, name) of all four."""
    people = house.rows(
        "SELECT person_id, name FROM people_person WHERE merged_into IS NULL AND NOT provisional ORDER BY md5(patient_id) LIMIT 4"
    )
    with psycopg.connect(house.database.admin_url, autocommit=True) as connection:
        for one, other in (people[:2], people[2:]):
            first, second = max(one[0], other[0]), min(one[0], other[0])
            connection.execute(
                "INSERT INTO people_pair (person_id, source_person_id, other_person_id, found_by, probability, evidence)"
                " VALUES (%s, %s, %s, 'matcher', 0.83, %s)",
                [first, first, second, EVIDENCE],
            )
        yield people
        connection.execute("DELETE FROM people_pair")


def test_joins_refuses_and_undoes(enter: Enter, house: House, alike: list[tuple[int, str]]) -> None:
    desk = enter("tiepnhan")
    desk.get_by_role("link", name="Hồ sơ trùng").click()
    first = desk.locator("article.conflict", has_text=alike[0][1])
    for words in (alike[1][1], "83 %", "Trùng khớp, đổi thứ tự", "+7,2"):
        expect(first).to_contain_text(words)
    first.get_by_role("button", name="Cùng một người").click()
    assert first.get_by_label("Lý do").evaluate("box => box.validity.valueMissing")
    _decide(desk, first.get_attribute("aria-labelledby") or "", "Cùng một người", ask=True)
    joined = house.rows("SELECT source_person_id, into_person_id FROM people_join WHERE parted_at IS NULL")[-1]
    assert set(joined) == {alike[0][0], alike[1][0]}

    _decide(desk, desk.locator("article.conflict").first.get_attribute("aria-labelledby") or "", "Hai người khác nhau")
    expect(desk.get_by_text("Không có cặp nào đang chờ")).to_be_visible()

    desk.get_by_label("Lý do hoàn tác").first.fill("Hai người cùng tên, khác giấy tờ.")
    desk.once("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="Hoàn tác ghép").first.click()
    expect(desk.get_by_role("status")).to_contain_text("Đã hoàn tác")
    assert house.one("SELECT count(*) FROM people_person WHERE person_id = ANY (%s) AND merged_into IS NULL", [one for one, _ in alike]) == 4  # fmt: skip
    expect(desk.locator("article.conflict")).to_have_count(1)  # what was joined waits again


def _decide(desk: Page, labelled: str, button: str, ask: bool = False) -> None:
    article = desk.locator(f"article.conflict[aria-labelledby='{labelled}']")
    article.get_by_label("Lý do").fill("Đã đối chiếu giấy tờ với hai cơ sở.")
    if ask:
        desk.once("dialog", lambda dialog: dialog.accept())
    article.get_by_role("button", name=button).click()
    expect(desk.get_by_role("status")).to_contain_text("Đã ghi quyết định")
