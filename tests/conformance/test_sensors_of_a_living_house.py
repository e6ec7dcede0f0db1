"""What the house itself knows reaches the sensors: who died (S5), whose records are watched (S3), who is on duty (S9, ward shifts). Every
death here is filed by a package or a list of households, as a hospital and a commune send them; all persons are synthetic."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import orjson
import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone

from hoso.cli.oversight import oversight
from hoso.core.access.actor import Actor
from hoso.core.access.reading import Asking, read
from hoso.core.audit.events import AuditEvent, record_event
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.core.places.facilities import ensure_facility
from hoso.engines.intake.households.importing import receive_list, take_list
from hoso.engines.oversight.alarms import look_over
from hoso.engines.oversight.rotas import give_rota
from hoso.engines.oversight.tests.taking_over import take_looks_over
from hoso.engines.oversight.watch_list import end_watch, watch_list, watch_person
from tests.claim_packages import Claim, sample_3176
from tests.conformance.test_household_lists import MAI, csv_of
from tests.database import Database
from tests.intaking import Intake, forget, person_of, rows
from tests.joining import officer

HOSPITAL = "80901"
Make = Callable[..., Actor]


def visit(number: int, on: date, result: str) -> Claim:
    """A visit of one day, the person's own by `number` of a hundred."""
    given = {
        "MA_LK": f"LIV.{number}", "MA_BN": f"LIV{number % 100}", "MA_CSKCB": HOSPITAL, "SO_CCCD": f"0801800{number % 100:05}",
        "MA_THE_BHYT": f"GD4808000{number % 100:06}", "HO_TEN": f"NGƯỜI MẪU {number % 100}", "NGAY_SINH": "198001010000",
        "NGAY_VAO": f"{on:%Y%m%d}0800", "NGAY_RA": f"{on:%Y%m%d}0900", "NGAY_TTOAN": f"{on:%Y%m%d}0900", "KET_QUA_DTRI": result,
    }  # fmt: skip
    return sample_3176().with_(**given)


@pytest.fixture
def intake(own_database: Database) -> Intake:
    forget()
    return Intake(own_database.home / "sent")


def opened(actor: Actor, *persons: int) -> None:
    for person in persons:
        with acting_transaction(actor.account_id, "treatment"):
            record_event(AuditEvent(actor, "doctor", "treatment", "read", person, "timeline", found=1))
    take_looks_over()


def signs(database: Database, sensor: str) -> list[int]:
    """The persons of the hits of a sensor, after a look over the last days."""
    look_over()
    with psycopg.connect(database.admin_url) as admin:
        told = admin.execute(
            "SELECT e.person_id FROM oversight_hit h JOIN oversight_event e ON e.number = h.event WHERE h.sensor = %(sensor)s"
            " UNION ALL SELECT person_id FROM oversight_evidence WHERE sensor = %(sensor)s ORDER BY 1",
            {"sensor": sensor},
        ).fetchall()
    return [row[0] for row in told]


def test_looks_at_who_died_long_ago(own_database: Database, intake: Intake, actor: Make) -> None:
    long_ago, lately = timezone.localdate() - timedelta(days=90), timezone.localdate() - timedelta(days=9)
    intake.file(
        visit(1, long_ago, "5"),
        visit(2, long_ago, "8"),  # dead before arrival
        visit(3, long_ago, "1"),
        visit(4, lately, "5"),  # whose file is still worked on
        visit(5, long_ago, "5"), visit(105, long_ago + timedelta(days=20), "1"),  # came again: the death was said in error
        made_on=f"{timezone.localdate():%Y%m%d}", facility=HOSPITAL,
    )  # fmt: skip
    list_id = receive_list(officer(), "ho.csv", [csv_of({**MAI, "died": f"{long_ago:%d/%m/%Y}"})], timezone.localdate())
    take_list(list_id)
    persons = [person_of(f"LIV.{number}", HOSPITAL) for number in (1, 2, 3, 4, 5)]
    ((listed,),) = rows("SELECT person_id FROM people_household_member")
    doctor = actor("doctor", facility=ensure_facility("80902"))
    opened(doctor, *persons, listed)
    assert signs(own_database, "S5") == sorted([*persons[:2], listed])


def test_looks_at_who_is_on_the_watch_list(own_database: Database, intake: Intake, actor: Make) -> None:
    today = timezone.localdate()
    intake.file(*[visit(number, today, "1") for number in (1, 2, 3)], made_on=f"{today:%Y%m%d}", facility=HOSPITAL)
    star, ended, other = [person_of(f"LIV.{number}", HOSPITAL) for number in (1, 2, 3)]
    list_id = receive_list(officer(), "ho.csv", [csv_of(MAI)], today)
    take_list(list_id)
    ((number, neighbour),) = rows("SELECT value, person_id FROM people_identifier WHERE kind = 'hoso_number'")
    overseer, colleague, doctor = (
        actor("overseer"),
        actor("overseer"),
        actor("doctor", facility=ensure_facility("80902")),
    )
    yesterday, why = today - timedelta(days=1), "được báo chí nhắc tới"
    assert watch_person(overseer, str(star), "in_the_news", why, yesterday)
    assert watch_person(overseer, number.lower(), "public_figure", why, yesterday)
    watch_person(overseer, str(ended), "other", why, today + timedelta(days=9))  # not yet
    for code, days, error in (
        (str(star), (today, None), "HS7056"), ("HS000000000000", (today, None), "HS7054"), ("NGƯỜI MẪU", (today, None), "HS7054"),
        (str(other), (today, yesterday), "HS7055"),
    ):  # fmt: skip
        with pytest.raises(HosoError) as told:
            watch_person(overseer, code, "other", why, *days)
        assert told.value.code == error, code
    treating = actor("doctor", facility=ensure_facility("80902"))
    with psycopg.connect(own_database.admin_url) as admin:
        admin.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, starts_at, added_by)"
            " VALUES (%(star)s, %(star)s, 'e1', %(doctor)s, 'own', now() - interval '1 day', %(doctor)s)",
            {"star": star, "doctor": treating.account_id},
        )
    opened(doctor, star, ended, other, neighbour)
    opened(treating, star)
    assert signs(own_database, "S3") == sorted([star, neighbour])  # of the two looks at the star one
    entries = read(colleague, "oversight", Asking("case.handle"), watch_list)
    assert {(one.latest.person_id, one.state(today)) for one in entries} == {
        (star, "on"), (neighbour, "on"), (ended, "ahead")
    }  # fmt: skip
    with pytest.raises(HosoError) as told:
        end_watch(colleague, entries[0].latest.entry, yesterday, why)
    assert told.value.code == "HS7055"


def test_the_list_is_for_the_desk_alone_and_is_never_changed(
    own_database: Database, intake: Intake, actor: Make
) -> None:
    today = timezone.localdate()
    intake.file(visit(1, today, "1"), made_on=f"{today:%Y%m%d}", facility=HOSPITAL)
    star, overseer = person_of("LIV.1", HOSPITAL), actor("overseer")
    entry = watch_person(overseer, str(star), "staff", "là nhân viên của bệnh viện", today)
    end_watch(actor("overseer"), entry, today, "không còn là nhân viên")
    (told,) = read(overseer, "oversight", Asking("case.handle"), watch_list)
    assert [one.last_day for one in told.versions] == [None, today] and told.latest.written_by != told.versions[
        0
    ].written_by
    with psycopg.connect(own_database.admin_url, autocommit=True) as admin:
        admin.execute("UPDATE accounts_account SET personal_number_hash = 'x' WHERE id = %s", [overseer.account_id])
        admin.execute(
            "INSERT INTO oversight_holder (account_id, person_id, number_hash) VALUES (%s, %s, 'x')",
            [overseer.account_id, star],
        )
        events = admin.execute(
            "SELECT action, object, person_id FROM audit_event WHERE object LIKE 'watch/%' ORDER BY id"
        ).fetchall()
        assert events == [("create", f"watch/{entry}", None), ("update", f"watch/{entry}", None)]
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            admin.execute("UPDATE oversight_watch SET last_day = NULL")
    seen = {}
    for role, purpose in (
        ("doctor", "treatment"),
        ("intake_officer", "record_keeping"),
        ("administrator", "administration"),
    ):
        with acting_transaction(actor(role).account_id, purpose), connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM oversight_watch), oversight_person_by_code(%s)", [str(star)])
            seen[role] = cursor.fetchone()
    assert seen == dict.fromkeys(seen, (0, None))
    assert read(overseer, "oversight", Asking("case.handle"), watch_list) == []  # who is watched does not see it
    with pytest.raises(HosoError) as refused:
        watch_person(overseer, str(star), "staff", "là nhân viên của bệnh viện", today)
    assert refused.value.code == "HS7054"


def written(path: Path, *rows: tuple[str, str, datetime, datetime, str]) -> Path:
    """A file of shifts: facility, account, first, last, ward."""
    lines = [
        f"{code},{name},{first:%Y-%m-%d %H:%M},{last:%Y-%m-%d %H:%M},{ward}" for code, name, first, last, ward in rows
    ]
    path.write_text("\n".join(("facility,account,first,last,ward", *lines)), encoding="utf-8")
    return path


def test_looks_outside_of_the_rota_and_on_shift_in_the_ward(
    own_database: Database, intake: Intake, actor: Make, tmp_path: Path
) -> None:
    now, hour = timezone.localtime(), timedelta(hours=1)
    here, there = ensure_facility(HOSPITAL), ensure_facility("80902")
    intake.file(visit(1, now.date(), "1"), made_on=f"{now:%Y%m%d}", facility=HOSPITAL)
    star, overseer = person_of("LIV.1", HOSPITAL), actor("overseer")
    ((ward,),) = rows(
        "SELECT convert_from(body, 'UTF8')::jsonb #>> '{serviceType,coding,0,code}' FROM records_resource WHERE type = 44"
    )
    watch_person(overseer, str(star), "in_the_news", "được báo chí nhắc tới", now.date())
    of_ward, of_other, off, elsewhere = (actor("doctor", facility=there) for _ in range(4))
    on_duty, past = (now - hour, now + hour), (now - 72 * hour, now - 64 * hour)
    last_month = now.replace(day=1) - 24 * hour
    given = [
        (HOSPITAL, of_ward.name, *on_duty, ward), (HOSPITAL, of_other.name, *on_duty, "K99"), (HOSPITAL, off.name, *past, ward),
        (HOSPITAL, overseer.name, now + timedelta(minutes=1), now + hour, ""),
        ("80902", elsewhere.name, last_month, last_month + hour, ""),  # whose hospital has not given this month's yet
    ]  # fmt: skip
    report = give_rota(overseer, written(tmp_path / "rota.csv", *given))
    assert report.refusals == [] and report.months >= 2
    for one in (of_ward, of_other, off, elsewhere):
        opened(one, star)
    assert signs(own_database, "S9") == [star]
    with psycopg.connect(own_database.admin_url) as admin:
        held = admin.execute(
            "SELECT h.sensor, a.name FROM oversight_hit h JOIN oversight_account a ON a.id = h.account_id WHERE h.sensor IN ('S3', 'S9')"
            " UNION SELECT e.sensor, a.name FROM oversight_evidence e JOIN oversight_case c ON c.id = e.case_id"
            " JOIN oversight_account a ON a.id = c.account_id WHERE e.sensor IN ('S3', 'S9')"
        ).fetchall()
    assert {name for sensor, name in held if sensor == "S9"} == {off.name}
    assert {name for sensor, name in held if sensor == "S3"} == {of_other.name, off.name, elsewhere.name}
    assert here.pk != there.pk


def test_a_rota_is_taken_whole_and_given_again_is_another_version(
    own_database: Database, intake: Intake, actor: Make, tmp_path: Path
) -> None:
    ensure_facility(HOSPITAL)
    overseer, night = actor("overseer"), datetime(2026, 11, 30, 22)
    own = (HOSPITAL, overseer.name, night, night + timedelta(hours=8), "K03")
    wrong = written(
        tmp_path / "wrong.csv", own, ("80999", *own[1:]), (HOSPITAL, "nobody", *own[2:]), (*own[:3], night, "K03"),
        (*own[:4], "K" * 21),
    )  # fmt: skip
    wrong.write_text(
        wrong.read_text(encoding="utf-8").replace(f"22:00,{night:%Y-%m-%d} 22", f"x,{night:%Y-%m-%d} 22"),
        encoding="utf-8",
    )
    told = CliRunner().invoke(oversight, ["rota", str(wrong), "--account", overseer.name, "--json"])
    assert told.exit_code == 1 and [
        (one["row"], one["field"], one["code"]) for one in orjson.loads(told.stdout)["refusals"]
    ] == [(3, "facility", "HS7058"), (4, "account", "HS7059"), (5, "first", "HS7060"), (6, "ward", "HS7062")], (
        told.output
    )
    long = give_rota(overseer, written(tmp_path / "long.csv", (*own[:3], night + timedelta(hours=49), "")))
    assert [one.error.code for one in long.refusals] == ["HS7061"] and not long.months
    good = written(tmp_path / "rota.csv", own)
    twice = [(one.months, one.unchanged) for one in (give_rota(overseer, good), give_rota(overseer, good))]
    assert twice == [(1, 0), (0, 1)]
    assert give_rota(overseer, written(good, own, (*own[:2], night - timedelta(days=1), night, "K03"))).months == 1
    with psycopg.connect(own_database.admin_url) as admin:
        kept = "SELECT r.month, r.version, count(*) FROM oversight_rota r JOIN oversight_shift s ON s.rota_id = r.id GROUP BY 1, 2 ORDER BY 2"
        assert admin.execute(kept).fetchall() == [(date(2026, 11, 1), 1, 1), (date(2026, 11, 1), 2, 2)]
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            admin.execute("DELETE FROM oversight_shift")
    with pytest.raises(HosoError) as refused:
        give_rota(actor("doctor"), good)
    assert refused.value.code == "HS2001"
    with acting_transaction(actor("doctor").account_id, "treatment"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM oversight_shift), (SELECT count(*) FROM oversight_shifts('2026-11-01'))"
        )
        assert cursor.fetchone() == (0, 0)
