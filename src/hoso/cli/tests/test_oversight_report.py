"""`hoso oversight report`: this month's accounts of another system, for the desk and nobody else."""

import orjson

from hoso.cli.tests.running import run_hoso
from hoso.engines.oversight.outside.tests.outside_system import Outside, event


def test_what_another_system_told_this_month(outside: Outside) -> None:
    outside.feed(event(1), event(2, account="his.mai"), event(3, found=5))
    ((month,),) = outside.rows("SELECT to_char(min(at), 'YYYY-MM') FROM oversight_event WHERE key = 'e1'")
    words = ["oversight", "report", "--month", month, "--json", "--account"]
    done = run_hoso(outside.database, *words, outside.overseer.name)
    told = orjson.loads(done.stdout)
    uses = [(one["accounts"], one["events"], one["tier"]) for one in told["uses"] if one["facility"]]
    assert (told["first"], told["opened"], uses) == (f"{month}-01", 0, [(2, 3, "T3")]), done.stderr
    refused = run_hoso(outside.database, *words, "may.his")
    assert refused.returncode != 0 and "HS2001" in refused.stdout + refused.stderr
