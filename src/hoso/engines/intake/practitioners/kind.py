"""Lists of practitioners among the lists that people give, and what became of them."""

from functools import partial

from hoso.engines.intake.given_lists.kinds import ListKind
from hoso.engines.intake.given_lists.lists import given_list, given_lists, refused_rows_of

READ, MANAGE = "practitioner.read", "practitioner.manage"
LOCK = 0x50524143  # one process at a time changes the register by a list
PRACTITIONERS = ListKind("practitioners_list", "practitioners_refusal", "practitioner-list", MANAGE, LOCK)

practitioner_lists = partial(given_lists, PRACTITIONERS)
practitioner_list = partial(given_list, PRACTITIONERS)
refused_rows = partial(refused_rows_of, PRACTITIONERS)
