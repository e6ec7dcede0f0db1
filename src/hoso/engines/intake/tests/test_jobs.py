"""What is open is taken in whatever became of its job."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from hoso.core.access.actor import Actor
from hoso.core.accounts.machines import intake_service_id
from hoso.core.database.session import acting_transaction
from hoso.core.errors import HosoError
from hoso.engines.intake import jobs
from hoso.engines.intake.actions import receive
from hoso.engines.intake.packages import process_package
from hoso.engines.intake.turn import TURN, turn

pytestmark = pytest.mark.django_db


def _received(count: int) -> list[int]:
    service = jobs.intake_service("test")
    return [receive(service, f"{number}.xml", [b"<x/>"], "api").id for number in range(count)]


def _states() -> dict[int, str]:
    with acting_transaction(intake_service_id(), "record_keeping"), connection.cursor() as cursor:
        cursor.execute("SELECT id, state FROM intake_package")
        return dict(cursor.fetchall())


def test_everything_open_is_taken_in_without_its_own_job() -> None:
    packages = _received(3)
    jobs.take_in_open_packages()
    assert _states() == dict.fromkeys(packages, "refused")  # <x/> is no package


def test_a_package_that_fails_for_a_reason_of_ours_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = _received(3)

    def process(package_id: int, actor: Actor, executor: object) -> None:
        if package_id == second:
            raise ZeroDivisionError
        process_package(package_id, actor)

    monkeypatch.setattr(jobs, "process_package", process)
    with pytest.raises(ZeroDivisionError):
        jobs.take_in_open_packages()
    assert _states() == {first: "refused", second: "waiting", third: "refused"}
    monkeypatch.undo()
    jobs.take_in_open_packages()
    assert _states()[second] == "refused"


def test_nothing_happens_while_another_process_has_the_turn() -> None:
    (package,) = _received(1)
    parameters: dict[str, Any] = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [TURN])
        jobs.take_in_open_packages()
        assert _states() == {package: "waiting"}
        other.execute("SELECT pg_advisory_unlock(%s)", [TURN])  # closing alone lets it go a little later
    jobs.take_in_open_packages()
    assert _states() == {package: "refused"}


def test_a_turn_is_given_up_after_a_failure() -> None:
    with pytest.raises(HosoError), turn(wait=False) as mine:
        assert mine
        raise HosoError("HS5001")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND pid = pg_backend_pid()",
            [TURN],
        )
        assert cursor.fetchone() == (0,)


def test_asked_to_stop_the_rest_waits() -> None:
    packages = _received(2)
    jobs.take_in_open_packages(stop=lambda: True)
    assert _states() == dict.fromkeys(packages, "waiting")
