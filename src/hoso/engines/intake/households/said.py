"""What a right row says, in the words of the people index: of whom, from where, of which household and group."""

from datetime import date, datetime, time

from hoso.engines.intake.households.rows import HouseholdRow
from hoso.engines.intake.households.spans import Span
from hoso.engines.intake.moments import VIETNAM
from hoso.engines.people.claimed import ClaimedIdentity
from hoso.engines.people.known_person import KnownPerson, Origin
from hoso.engines.people.population_groups import group_of

SOURCE = "household_list"  # in definitions/people/details.yaml
MEMBER_COLUMNS = {
    "household": "text", "member": "text", "relation": "text", "address": "text", "lived_in": "bigint", "list_id": "bigint",
    "list_row": "integer",
}  # fmt: skip
GROUP_COLUMNS = {"population_group": "text"}


def moment_of(true_on: date) -> datetime:
    """The moment of which a list speaks: the beginning of its day."""
    return datetime.combine(true_on, time.min, VIETNAM)


def claim_of(row: HouseholdRow, said_at: datetime) -> ClaimedIdentity:
    told = {"occupation": row.occupation, "nationality": row.nationality}
    return ClaimedIdentity(
        row.name, row.birth, row.sex, row.numbers, "", row.phone, row.address, said_at, source=SOURCE,
        details={key: value for key, value in told.items() if value},
    )  # fmt: skip


def origin_of(row: HouseholdRow) -> Origin:
    return Origin(0, row.place_id, 0, row.number, f"household/{row.household}/{row.member}")


def membership_of(person: KnownPerson, row: HouseholdRow, list_id: int, true_on: date) -> Span:
    """Of `MEMBER_COLUMNS`."""
    said = (row.household, row.member, row.relation, row.address, row.lived_in, list_id, row.number)
    return Span(person, _said_day(row, true_on), said, row.died)


def group_span_of(person: KnownPerson, row: HouseholdRow, true_on: date) -> Span:
    """Of `GROUP_COLUMNS`; who died is in no group from then on."""
    day = _said_day(row, true_on)
    return Span(person, day, (group_of(row.birth, day, row.occupation, row.lists),), row.died)


def _said_day(row: HouseholdRow, true_on: date) -> date:
    """The day of which the row speaks: of who had died before the list's day it is the day of death."""
    return min(true_on, row.died or true_on)
