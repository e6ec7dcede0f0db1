"""FHIR transactions filed: resources a second through HTTP, durable, with validation, labels, all search rows, access, audit.

The bundles are Synthea's three patients of the tests, each copy with identities of its own. `BENCH_CLIENTS` connections
send them to a served house with as many web processes as processors; the clients' own processor time is told beside the figure.

Peer: Medplum's router over its store in memory (nothing durable), run before and after on the same bundles by the same client,
where BENCH_MEDPLUM names a folder with its npm packages (@medplum/core, definitions and fhir-router 4.5.2); else none.
"""

import gzip
import http.client
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import hoso
from hoso.bench.bench_house import open_home, server_processes, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.process_costs import ProcessCosts, descendants_of
from hoso.bench.served_house import free_port, serving
from hoso.bench.tables import print_table

SYNTHEA = Path(hoso.__file__).parents[2] / "tests" / "conformance" / "fhir" / "synthea"
SMALL, FULL = 24, 240  # transactions
WARM_UP = 6
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAMESPACE = UUID("6f1c2a34-5f0e-4f4e-9d57-5b8f0c0f3a11")


@dataclass(frozen=True)
class Sent:
    """What one client sent: resources, seconds of processor time, seconds of each transaction."""

    resources: int
    cpu_seconds: float
    latencies: tuple[float, ...]


def measure(size: Size) -> Figure:
    """Resources a second."""
    clients = int(os.environ.get("BENCH_CLIENTS", str(2 * (os.cpu_count() or 1))))
    count = SMALL if size == "small" else FULL
    bundles = list(_bundles(WARM_UP, count))
    folder = os.environ.get("BENCH_MEDPLUM", "")
    peers = [_peer(Path(folder), bundles, clients)] if folder else []
    with temporary_home("fhir-import") as home:
        open_home(home)
        token = _token()
        with serving(home, workers=os.cpu_count() or 1) as port:
            for name in sorted(one.name for one in SYNTHEA.glob("0-*.gz")):
                _post(http.client.HTTPConnection("127.0.0.1", port), token, _read(name))
            _run(port, token, list(_bundles(0, WARM_UP)), clients)
            groups = {"PostgreSQL": server_processes, "web": lambda: descendants_of(having="granian")}
            with ProcessCosts(groups) as costs:
                began = time.perf_counter()
                sent = _run(port, token, bundles, clients)
                seconds = time.perf_counter() - began
        cpu = costs.cpu_seconds()
    if folder:
        peers.append(_peer(Path(folder), bundles, clients))
    resources = sum(one.resources for one in sent)
    latencies = sorted(one for each in sent for one in each.latencies)
    client_cpu = sum(one.cpu_seconds for one in sent)
    print_table(
        ["transactions", "resources", "s", "resources/s", "p50 s", "p99 s", "PostgreSQL CPU s", "web CPU s", "client CPU s"],
        [[
            str(len(bundles)), f"{resources:,}", f"{seconds:.1f}", f"{resources / seconds:,.0f}",
            f"{latencies[len(latencies) // 2]:.3f}", f"{latencies[int(len(latencies) * 0.99)]:.3f}",
            f"{cpu['PostgreSQL']:.1f}", f"{cpu['web']:.1f}", f"{client_cpu:.1f}",
        ]],
    )  # fmt: skip
    for rate in peers:
        print(f"Medplum's router, in memory: {rate:,.0f} resources/s")
    details: dict[str, object] = {
        "peers": peers,
        "clients": clients,
        "cpu": cpu,
        "client_cpu": client_cpu,
        "seconds": seconds,
        "resources": resources,
    }
    ours, peer = resources / seconds, sum(peers) / len(peers) if peers else 0.0
    name = f"medplum-router-4.5.2:{peer:.0f}" if peers else "none"
    return Figure("fhir-import", ours, "resources/s", name, ours / peer if peers else None, details)


def _peer(folder: Path, bundles: Sequence[bytes], clients: int) -> float:
    """Resources a second of Medplum's router."""
    script = Path(__file__).with_name("peers") / "medplum.mjs"
    port = free_port()
    with subprocess.Popen(["node", str(script), str(folder), str(port)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n", "Medplum did not start"
            connection = http.client.HTTPConnection("127.0.0.1", port)
            for name in sorted(one.name for one in SYNTHEA.glob("0-*.gz")):
                _post(connection, "", _read(name))
            _run(port, "", list(_bundles(0, WARM_UP)), clients)
            began = time.perf_counter()
            sent = _run(port, "", bundles, clients)
            return sum(one.resources for one in sent) / (time.perf_counter() - began)
        finally:
            process.kill()


def _run(port: int, token: str, bundles: Sequence[bytes], clients: int) -> list[Sent]:
    """Send them over so many connections, each in a process of its own."""
    shares = [(port, token, bundles[number::clients]) for number in range(clients)]
    with get_context("spawn").Pool(clients) as pool:
        return pool.map(_send, shares, 1)


def _send(share: tuple[int, str, Sequence[bytes]]) -> Sent:
    port, token, bundles = share
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    cpu, latencies, resources = time.process_time(), [], 0
    for bundle in bundles:
        began = time.perf_counter()
        resources += _post(connection, token, bundle)
        latencies.append(time.perf_counter() - began)
    return Sent(resources, time.process_time() - cpu, tuple(latencies))


def _post(connection: http.client.HTTPConnection, token: str, bundle: bytes) -> int:
    """How many entries were filed. Raises RuntimeError where one was not."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    connection.request("POST", "/fhir/r4", bundle, headers)
    answer = connection.getresponse()
    content: dict[str, Any] = json.loads(answer.read())
    statuses = [entry["response"]["status"] for entry in content.get("entry", ())]
    if answer.status != 200 or set(statuses) - {"200", "201"}:
        raise RuntimeError(f"{answer.status}: {json.dumps(content)[:500]}")
    return len(statuses)


def _bundles(first: int, count: int) -> Iterator[bytes]:
    """Copies of the patients' transactions; every UUID of a copy but those of the shared resources is its own."""
    shared = {found for name in SYNTHEA.glob("0-*.gz") for found in _UUID.findall(gzip.decompress(name.read_bytes()))}
    patients = [gzip.decompress(path.read_bytes()) for path in sorted(SYNTHEA.glob("[!0]*.gz"))]
    for number in range(first, first + count):
        yield _UUID.sub(partial(_own_uuid, shared, number), patients[number % len(patients)])


def _own_uuid(shared: set[bytes], number: int, match: re.Match[bytes]) -> bytes:
    return match[0] if match[0] in shared else str(uuid5(_NAMESPACE, f"{number}/{match[0]!r}")).encode()


def _read(name: str) -> bytes:
    return gzip.decompress((SYNTHEA / name).read_bytes())


def _token() -> str:
    from hoso.core.accounts.credentials import issue_token
    from hoso.core.accounts.machines import intake_service_id
    from hoso.core.accounts.models import Account

    return issue_token(Account.objects.get(pk=intake_service_id()), "bench", 1)
