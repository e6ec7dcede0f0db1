"""Lists of households among the lists that people give, and what became of them."""

from functools import partial

from hoso.engines.intake.given_lists.kinds import ListKind
from hoso.engines.intake.given_lists.lists import GivenList, given_list, given_lists, refused_rows_of
from hoso.engines.people.linkage import WRITER_LOCK

HOUSEHOLDS = ListKind("household_list", "household_refusal", "household-list", "household.import", WRITER_LOCK)

HouseholdList = GivenList
household_lists = partial(given_lists, HOUSEHOLDS)
household_list = partial(given_list, HOUSEHOLDS)
refused_rows = partial(refused_rows_of, HOUSEHOLDS)
