"""The store of values: what is kept, who reads and writes where, and what the database itself refuses."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.statistics.tests.reporting import FORM, MONTH, communes, row, seen, send, unit_uid
from hoso.engines.statistics.uids import UID, uid_of

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
VALUES = "SELECT e.code, v.number, v.place_id FROM statistics_value v JOIN statistics_element e ON e.id = v.element_id ORDER BY 1, 3"


def test_our_ids_are_those_of_the_database() -> None:
    with connection.cursor() as cursor:
        for name in ("place:1", "element:POP_MID", "Bình Thuận", ""):
            cursor.execute("SELECT statistics_uid(%s)", [name])
            assert cursor.fetchone()[0] == uid_of(name)


@given(st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])))
def test_an_id_has_the_shape_of_dhis2(name: str) -> None:
    assert UID.fullmatch(uid_of(name))


def test_the_shipped_forms_are_in_the_catalogue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT data_set_id) FROM statistics_data_set_element")
        assert cursor.fetchone() == (212, 27)
        cursor.execute("SELECT count(*) FROM statistics_split")  # no cross product: the default one alone
        assert cursor.fetchone()[0] == 1


def test_an_officer_of_a_commune_writes_and_reads_the_own_one(actor: MakeActor) -> None:
    ours, theirs = communes("80", 2)
    officer = actor("statistics_officer", place=ours)
    neighbour = actor("statistics_officer", place=theirs)
    report = send(officer, [row(ours, "DELIV", 12), row(theirs, "DELIV", 30)])
    assert (report.imported, report.ignored, report.rejected) == (1, 1, [1])
    assert [conflict.code for conflict in report.conflicts.values()] == ["E8011"]
    assert seen(officer, VALUES) == [("DELIV", Decimal(12), ours.pk)]
    assert seen(neighbour, VALUES) == []


def test_a_province_sees_its_communes_and_no_other(actor: MakeActor) -> None:
    (inside,), (outside,) = communes("80", 1), communes("01", 1)
    ministry = actor("statistics_officer")
    assert send(ministry, [row(inside, "DELIV", 1), row(outside, "DELIV", 2)]).imported == 2
    province = actor("statistics_officer", place=inside.parent)
    assert seen(province, VALUES) == [("DELIV", Decimal(1), inside.pk)]
    assert send(province, [row(inside, "DELIV", 5)]).updated == 1
    assert len(seen(ministry, VALUES)) == 2


@pytest.mark.parametrize(
    ("role", "purpose"),
    [("doctor", "treatment"), ("administrator", "administration"), ("statistics_officer", "treatment")],
)
def test_without_role_or_purpose_there_is_nothing(role: str, purpose: str, actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    send(actor("statistics_officer"), [row(place, "DELIV", 1)])
    with acting_transaction(actor(role).account_id, purpose), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM statistics_value")
        assert cursor.fetchone()[0] == 0


def test_past_our_code_the_database_refuses_the_other_place(actor: MakeActor) -> None:
    ours, theirs = communes("80", 2)
    officer = actor("statistics_officer", place=ours)
    send(officer, [row(ours, "DELIV", 1)])
    columns = "period_id, element_id, split_id, attribute_id, facility_id, number, act_id, first_act_id"
    copy = f"INSERT INTO statistics_value (unit_id, place_id, {columns}) SELECT %s, %s, {columns} FROM statistics_value"
    for sql, values in (
        (copy, [theirs.pk, theirs.pk]),
        ("UPDATE statistics_value SET place_id = %s", [theirs.pk]),
        ("UPDATE statistics_value SET number = 3", []),  # without a new act
        ("UPDATE statistics_value SET period_id = 0", []),
        ("DELETE FROM statistics_value", []),
        (copy.replace("SELECT %s, %s, period_id", "SELECT %s, %s, 99999"), [ours.pk, ours.pk]),
        ("DELETE FROM statistics_split", []),
        ("UPDATE statistics_value_history SET number = 0", []),
        ("INSERT INTO statistics_act (account_id, actor, kind) VALUES (0, 'x', 'cell')", []),
        ("UPDATE statistics_element SET name = 'x'", []),
    ):
        with acting_transaction(officer.account_id, "statistics"), connection.cursor() as cursor:
            if "statistics_element" in sql:
                cursor.execute(sql)  # no row is in reach
                assert cursor.rowcount == 0
                continue
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(sql, values)


def test_every_change_is_kept_with_who_when_and_why(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    first, second = actor("statistics_officer", place=place), actor("statistics_officer", place=place.parent)
    send(first, [row(place, "DELIV", 12, comment="nháp")])
    send(second, [row(place, "DELIV", "12.0")])  # the same figure: nothing changes
    send(second, [row(place, "DELIV", 13, followUp=True)])
    send(first, [row(place, "DELIV", None, deleted=True)])
    history = seen(
        second,
        "SELECT h.number, h.comment, h.follow_up, h.deleted, written.actor, changed.actor FROM statistics_value_history h"
        " JOIN statistics_act written ON written.id = h.act_id JOIN statistics_act changed ON changed.id = h.changed_by"
        " ORDER BY h.changed_by",
    )
    assert history == [
        (Decimal(12), "nháp", False, False, first.name, second.name),
        (Decimal(13), "nháp", True, False, second.name, first.name),
    ]
    assert seen(first, "SELECT number, deleted FROM statistics_value") == [(Decimal(13), True)]


def test_a_key_is_noted_when_it_is_used_and_options_come_in_any_order(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    officer = actor("statistics_officer")
    scheme = {"categoryIdScheme": "code", "categoryOptionIdScheme": "code"}
    options = [("of_which_female", "of_which_female.female"), ("place_of_death", "place_of_death.home")]
    given_row = row(place, "DEATHS", 3) | {"period": "2025"}
    assert send(officer, [given_row | {"categoryOptions": dict(options)}], **scheme).imported == 1
    again = send(officer, [given_row | {"categoryOptions": dict(reversed(options))}], **scheme)
    assert (again.imported, again.unchanged) == (0, 1)
    ((uid, name),) = seen(officer, "SELECT uid, name FROM statistics_split WHERE uid <> 'HllvX50cXC0'")
    assert name == "Trong đó: nữ, Tại nhà"
    assert send(officer, [given_row | {"categoryOptionCombo": uid, "value": 4}]).updated == 1
    assert send(officer, [given_row | {"categoryOptions": dict(options[:1])}], **scheme).rejected == [0]


def test_decimals_stay_decimals(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    sent = row(place, "REV_STATE", "0.1000000000000000055511151231257827") | {"period": "2025"}
    assert send(actor("statistics_officer"), [sent]).imported == 1
    ((number,),) = seen(actor("statistics_officer"), "SELECT number FROM statistics_value")
    assert str(number) == "0.1000000000000000055511151231257827"


def test_the_change_is_announced_with_the_values_and_not_with_a_dry_run(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    officer = actor("statistics_officer")
    tried = send(officer, [row(place, "DELIV", 1)], dryRun="true")
    assert (tried.imported, tried.act_id) == (1, None)
    assert seen(officer, "SELECT 1 FROM statistics_value") == []
    done = send(officer, [row(place, "DELIV", 1)])
    told = seen(officer, "SELECT topic, key, payload->>'rows' FROM changes_change WHERE topic = 'statistics.values'")
    assert told == [("statistics.values", str(done.act_id), "1")]
    assert seen(officer, "SELECT act_id FROM statistics_value") == [(done.act_id,)]


def test_each_import_is_one_audit_event(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    officer = actor("statistics_officer")
    send(officer, [row(place, "DELIV", 1)])
    send(officer, [row(place, "DELIV", -1)])
    with acting_transaction(actor("overseer").account_id, "oversight"), connection.cursor() as cursor:
        cursor.execute("SELECT outcome, found FROM audit_event WHERE actor_id = %s ORDER BY id", [officer.account_id])
        assert cursor.fetchall() == [("done", 1), ("refused", 0)]


def test_a_commune_of_before_the_merger_reports_on_its_own_time_only(actor: MakeActor) -> None:
    (today,) = communes("80", 1)
    officer = actor("statistics_officer")
    late = row(today, "NCD_POP", 900, categoryOptions={"of_which_female": "of_which_female.total"}) | {"period": "2024"}
    scheme = {"categoryIdScheme": "code", "categoryOptionIdScheme": "code"}
    report = send(officer, [late], **scheme)
    assert [conflict.code for conflict in report.conflicts.values()] == ["E8031"]
    old = seen(
        officer,
        "SELECT p.id, u.uid FROM places_place p JOIN statistics_unit u ON u.id = p.id WHERE p.level = 3"
        " AND p.valid_from <= '2024-01-01' AND p.valid_to = '2025-07-01' ORDER BY 1 LIMIT 1",
    )
    assert send(officer, [late | {"orgUnit": old[0][1]}], **scheme).imported == 1
    assert seen(officer, "SELECT place_id FROM statistics_value") == [(old[0][0],)]


def test_a_report_with_one_row_that_does_not_belong_is_refused_whole(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    rows = [row(place, "DELIV", 1), row(place, "BEDS_PLAN", 2)]
    report = send(actor("statistics_officer"), rows, {"dataSet": FORM})
    assert (report.status, report.imported, report.rejected) == ("ERROR", 0, [0, 1])
    alone = send(actor("statistics_officer"), rows)
    assert (alone.imported, alone.ignored) == (1, 1)  # BEDS_PLAN is reported by facilities and provinces


def test_a_report_with_its_day_is_complete(actor: MakeActor) -> None:
    (place,) = communes("80", 1)
    head = {"dataSet": FORM, "completeDate": "2026-02-05", "period": MONTH, "orgUnit": unit_uid(place)}
    officer = actor("statistics_officer")
    assert send(officer, [{"dataElement": "DELIV", "value": 1}], head).completed
    assert seen(officer, "SELECT completed, day::text, unit_id FROM statistics_completion") == [
        (True, "2026-02-05", place.pk)
    ]
