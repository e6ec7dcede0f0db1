"""Accounts of other systems stand in the half-yearly review, for who manages accounts, and are kept as signed."""

from collections.abc import Callable

from hoso.core.access.actor import Actor
from hoso.core.accounts.reviews import review_csv, sign_review
from hoso.core.database.session import acting_transaction
from hoso.engines.oversight.outside.tests.outside_system import Outside, event
from hoso.engines.oversight.review import lines_of_all_systems

Make = Callable[..., Actor]


def test_other_systems_stand_in_the_review_and_are_kept_as_signed(outside: Outside, actor: Make) -> None:
    outside.feed(event(1), event(2, account="his.mai", role="nurse"))
    signed = sign_review(actor("administrator"), "Đã đối chiếu với danh sách nhân viên.", lines_of_all_systems)
    lines = {line["username"]: line for line in signed.lines}
    assert (lines["his: his.mai"]["roles"], lines["his: his.lan"]["kind"]) == ("nurse", "outside")
    assert "may.his" in lines and "his: his.mai" in review_csv(signed.lines)


def test_who_does_not_manage_accounts_sees_none(outside: Outside, actor: Make) -> None:
    outside.feed(event(1))
    for role, purpose in (("doctor", "treatment"), ("overseer", "oversight")):
        with acting_transaction(actor(role).account_id, purpose):
            assert not [line for line in lines_of_all_systems() if line["kind"] == "outside"]
