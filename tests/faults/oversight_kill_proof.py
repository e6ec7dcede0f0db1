"""Kill everything that collects and senses accesses, and PostgreSQL, at random moments under load: no event is lost or counted twice.

    python -m tests.faults.oversight_kill_proof --events 20000 --kills 30

Three processes run against two writers: one takes over the house's own audit, one sends another system's events (again from the
last batch that was acknowledged), one senses, on the stream and by looks in turn, and raises cases. What was written is compared
with what was taken over at the end.
"""

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.house_under_test import House

OPEN = "from hoso.cli.house import open_house; open_house()\nimport os, sys, time\n"
SETUP = (
    "from datetime import date\n"
    "from hoso.core.accounts.actions import operator\n"
    "from hoso.core.accounts.machines import as_operator, intake_service_id\n"
    "from hoso.core.accounts.models import Account, Assignment\n"
    "from hoso.engines.oversight.outside.sources import Source, register_source\n"
    "feeder = Account.objects.create_user('may.his', None, full_name='x', kind='service', owner_id=intake_service_id())\n"
    "with as_operator():\n"
    "    Assignment.objects.create(account=feeder, role='audit_source', valid_from=date(2020, 1, 1))\n"
    "register_source(operator('test'), Source('his', 'a', 'b', 'may.his'))\n"
)
# A writer of audit events is never killed: what it wrote is the truth. It waits where PostgreSQL is away.
WRITER = (
    "from django.db import connection\n"
    "from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id\n"
    "from hoso.core.access.actor import Actor\n"
    "from hoso.core.audit.events import AuditEvent, record_event\n"
    "from hoso.core.database.session import acting_transaction\n"
    "actor, number, wanted = Actor(intake_service_id(), INTAKE_SERVICE, 'kill proof'), 0, int(sys.argv[1])\n"
    "while number < wanted:\n"
    "    try:\n"
    "        with acting_transaction(actor.account_id, 'intake'):\n"
    "            for step in range(10):\n"
    "                record_event(AuditEvent(actor, 'intake_service', 'intake', 'read', 1 + number % 50, 'kill proof'))\n"
    "        number += 10\n"
    "    except Exception:\n"
    "        connection.close()\n"
    "        time.sleep(0.05)\n"
    "    time.sleep(0.01)\n"
)
COLLECTOR = (
    "from hoso.engines.oversight.collecting import collect_own\n"
    "while True:\n"
    "    if not collect_own(200).seen: time.sleep(0.01)\n"
)
LOOKER = (
    "from hoso.engines.oversight.alarms import look_over\n"
    "from hoso.engines.oversight.streaming import sense_stream\n"
    "while True:\n"
    "    sense_stream()\n"
    "    look_over()\n"
)
SENDER = (
    "from hoso.core.access.actor import Actor\n"
    "from hoso.core.accounts.models import Account\n"
    "from hoso.engines.oversight.outside.taking import take\n"
    "actor, folder = Actor(Account.objects.get(username='may.his').pk, 'may.his', 'test'), sys.argv[1]\n"
    "texts = open(folder + '/texts').read().splitlines()\n"
    "done = int(open(folder + '/done').read() or 0)\n"
    "while done < len(texts):\n"
    "    take(actor, texts[done:done + 20])\n"
    "    done += 20\n"
    "    open(folder + '/done.new', 'w').write(str(done))\n"
    "    os.replace(folder + '/done.new', folder + '/done')\n"
    "    time.sleep(0.01)\n"
)
KILLED = {"collector": COLLECTOR, "sender": SENDER, "looker": LOOKER}
EXPORT_EVERY = 500  # so that sensors have something to say
WAIT_SECONDS = 600


def prove(events: int, kills: int, seed: int, folder: Path, kind: str = "wheel") -> None:
    """Raises AssertionError where an event was lost or counted twice, or a case was raised twice on the same grounds."""
    random = Random(f"{seed}/oversight")
    _write_texts(folder, events)
    with closing(House(folder / "house", kind)) as house:
        house.prepare()
        _run(house, "setup", SETUP)
        house._start("writer", "-c", OPEN + WRITER, str(events))
        for number in range(kills):
            for name, code in KILLED.items():
                if name not in house.running:
                    house._start(name, "-c", OPEN + code, str(folder))
            _wait_for_more(house, _progress(house))
            time.sleep(random.uniform(0.0, 0.3))
            victim = random.choice(sorted(KILLED))
            for name in KILLED:
                assert house.is_alive(name), f"{name} ended by itself: {_said_last(house)}"
            _kill(house, victim)
            if number % 5 == 4:
                house.kill_database()
                for name in KILLED:
                    _kill(house, name)
                house.start_database()
            print(f"kill {number + 1}, {victim}: {_progress(house)} taken over", flush=True)
        assert int((folder / "done").read_text() or 0) < events, "all was sent before the last kill: send more events"
        for name in KILLED:
            _kill(house, name)
        _run(house, "sender", SENDER, str(folder))
        house.running.pop("writer").wait(WAIT_SECONDS)
        _run(house, "collector", "from hoso.engines.oversight.collecting import collect_all\ncollect_all()\n")
        _run(house, "looker", "from hoso.engines.oversight.alarms import look_over\nlook_over()\n")
        _compare(house, events)


def _kill(house: House, name: str) -> None:
    if name in house.running:
        house.kill_process(name)
        del house.running[name]


def _compare(house: House, events: int) -> None:
    own = (
        "SELECT count(*), count(DISTINCT e.key), count(a.id) FROM oversight_event e LEFT JOIN audit_event a ON a.id::text = e.key"
        " WHERE e.source_id = 1"
    )
    taken, different, known = _one(house, own)
    ((written,),) = _rows(
        house,
        "SELECT count(*) FROM audit_event WHERE transaction_id <= (SELECT transaction_id FROM oversight_source WHERE id = 1)",
    )
    assert taken == different == known == written, (taken, different, known, written)
    (proofs,) = _one(house, "SELECT count(*) FROM audit_event WHERE object = 'kill proof'")
    (held,) = _one(house, "SELECT count(*) FROM oversight_event WHERE object = 'kill proof' AND source_id = 1")
    assert held == proofs >= events, (held, proofs)
    outside = "SELECT count(*), count(DISTINCT key), coalesce(sum(found), 0) FROM oversight_event WHERE source_id <> 1"
    assert _one(house, outside) == (events, events, sum(range(events)))
    (twice,) = _one(house, "SELECT count(*) FROM oversight_hit h JOIN oversight_evidence v ON v.event = h.event")
    assert twice == 0, "an event stands in a case and outside of it"
    (exports,) = _one(
        house,
        "SELECT count(DISTINCT event) FROM (SELECT event FROM oversight_hit WHERE sensor = 'S8'"
        " UNION ALL SELECT event FROM oversight_evidence WHERE sensor = 'S8') s",
    )
    assert exports == len([number for number in range(0, events, EXPORT_EVERY) if number >= 300]), exports
    print(f"{taken} own events and {events} of another system, each once; {exports} exports sensed", flush=True)


def _write_texts(folder: Path, events: int) -> None:
    at = time.strftime("%Y-%m-%dT00:00:00+00:00", time.gmtime(time.time() - 86_400))
    lines = (
        f'{{"key": "{n}", "at": "{at}", "account": "his.{n % 40}", "action": "{"read" if n % EXPORT_EVERY else "export"}",'
        f' "found": {n}}}'
        for n in range(events)
    )
    (folder / "texts").write_text("\n".join(lines))
    (folder / "done").write_text("")


def _run(house: House, name: str, code: str, *words: str) -> None:
    house._start(name, "-c", OPEN + code, *words).wait(WAIT_SECONDS)
    assert house.running.pop(name).returncode == 0, f"{name} failed: {_said_last(house)}"


def _rows(house: House, statement: str) -> list[tuple[Any, ...]]:
    with house.connect() as admin:
        return admin.execute(statement).fetchall()


def _one(house: House, statement: str) -> tuple[Any, ...]:
    return _rows(house, statement)[0]


def _said_last(house: House) -> str:
    """The end of the processes' log, as the folder may be gone when somebody reads this."""
    return Path(house.log.name).read_text(errors="replace")[-3000:]


def _progress(house: House) -> int:
    return int(_one(house, "SELECT count(*) FROM oversight_event")[0])


def _wait_for_more(house: House, before: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while _progress(house) <= before:
        assert time.monotonic() < deadline, f"nothing is taken over: {_said_last(house)}"
        time.sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hoso-oversight-") as folder:
        prove(asked.events, asked.kills, asked.seed, Path(folder), os.environ.get("HOSO_POSTGRES", "wheel"))


if __name__ == "__main__":
    main()
