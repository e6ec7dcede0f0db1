"""The outbound filter: golden answers for each destination, and one log row for each record kept back."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection

from hoso.core.access.actor import Actor
from hoso.core.access.labels import labels, mask_of
from hoso.core.access.outbound import Outgoing, hides_contact, may_leave, outbound_rule, outbound_rules
from hoso.core.database.session import acting_transaction

RECORDS = [Outgoing(7, mask_of([key] if key else []), key or "plain") for key in ("", *labels())]
GOLDEN = {  # what leaves without any consent; * masked
    "claims_xml": "plain hiv addiction drug_test psychiatry art_donor surrogacy transplant gender_reassignment genetic domestic_violence child_abuse",
    "health_book": "plain",
    "ministry_portal": "plain",
    "proxy": "plain",
    "partner_facility": "plain domestic_violence* child_abuse*",
    "private_insurer": "plain",
    "message": "plain",
    "research": "plain psychiatry* transplant*",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("destination", sorted(GOLDEN))
def test_what_leaves(destination: str, actor: Callable[..., Actor]) -> None:
    sender = actor("intake_service")
    with acting_transaction(sender.account_id, "record_keeping"), connection.cursor() as cursor:
        passed = may_leave(sender.account_id, destination, RECORDS)
        cursor.execute("SELECT object, labels FROM access_filter_log ORDER BY id")
        logged = cursor.fetchall()
    left = [one.record.object for one in passed]
    assert [f"{one.record.object}{'*' if one.masked else ''}" for one in passed] == GOLDEN[destination].split()
    assert logged == [(one.object, one.sensitivity) for one in RECORDS if one.object not in left]


@pytest.mark.django_db
def test_consent_opens_what_needs_consent_and_nothing_that_is_dropped(actor: Callable[..., Actor]) -> None:
    sender = actor("intake_service")
    with acting_transaction(sender.account_id, "record_keeping"):
        left = {one.record.object for one in may_leave(sender.account_id, "partner_facility", RECORDS, lambda _: True)}
    assert set(labels()) - left == {"prostitution", "fetal_sex"}


def test_the_sex_of_a_fetus_leaves_for_nowhere() -> None:
    assert set(outbound_rules()["fetal_sex"].values()) == {"drop"}


def test_the_strictest_of_several_labels_counts() -> None:
    assert outbound_rule(mask_of(["psychiatry", "transplant"]), "research") == "mask"
    assert outbound_rule(mask_of(["psychiatry", "hiv"]), "research") == "drop"
    assert outbound_rule(0, "message") == "send"
    with pytest.raises(KeyError):
        outbound_rule(0, "newspaper")


def test_violence_at_home_hides_address_and_contact_from_every_proxy() -> None:
    assert hides_contact("proxy", mask_of(["domestic_violence", "psychiatry"]))
    assert hides_contact("proxy", mask_of(["child_abuse"]))
    assert not hides_contact("proxy", mask_of(["psychiatry"]))
    assert not hides_contact("claims_xml", mask_of(["domestic_violence"]))


@pytest.mark.django_db
def test_the_log_is_written_in_ones_own_name_and_stays(actor: Callable[..., Actor]) -> None:
    sender = actor("intake_service")
    with pytest.raises(DatabaseError), acting_transaction(sender.account_id, "record_keeping"):
        may_leave(sender.account_id + 1, "message", RECORDS)
    with pytest.raises(DatabaseError), acting_transaction(sender.account_id, "record_keeping"):
        connection.cursor().execute("DELETE FROM access_filter_log")
