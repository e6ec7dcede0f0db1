"""`$export` of a whole store over HTTP: resources a second from the order to the manifest, and of the files as they are taken.

The store is that of `timeline`. Policy, row security, labels, encryption of the files and an audit event for each person are on;
the job is done by the worker of a served house. The peak of the worker's memory is told beside the figure.
"""

import http.client
import json
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from hoso.bench import timeline
from hoso.bench.bench_house import server_processes
from hoso.bench.figure import Figure, Size
from hoso.bench.process_costs import ProcessCosts, descendants_of
from hoso.bench.served_house import serving
from hoso.bench.tables import print_table

POLL_SECONDS = 0.05
USERNAME = "bench.exporter"


def prepare(size: Size) -> str:
    """The store of `timeline`."""
    return timeline.prepare(size)


def measure(size: Size) -> Figure:
    """Resources a second, from the order to the manifest."""
    home = timeline.opened_store(size)
    token = _token()
    with serving(home) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=600)) as connection:
        headers = {"Authorization": f"Bearer {token}", "Prefer": "respond-async", "X-Reason": "bench"}
        _export(connection, headers, "$export?_type=Patient")  # the worker is awake
        groups = {"PostgreSQL": server_processes, "worker": lambda: descendants_of(having="worker")}
        with ProcessCosts(groups) as costs:
            seconds, manifest = _export(connection, headers, "$export")
        resources = sum(one["count"] for one in manifest["output"])
        began = time.perf_counter()
        taken = sum(_take(connection, headers, one["url"]) for one in manifest["output"])
        taking = time.perf_counter() - began
    cpu = costs.cpu_seconds()
    print_table(
        ["resources", "files", "s", "resources/s", "MB taken", "MB/s", "PostgreSQL CPU s", "worker CPU s", "worker MB"],
        [[
            f"{resources:,}", len(manifest["output"]), f"{seconds:.1f}", f"{resources / seconds:,.0f}", f"{taken / 1e6:.0f}",
            f"{taken / 1e6 / taking:.0f}", cpu["PostgreSQL"], cpu["worker"], costs.peak_mb["worker"],
        ]],
    )  # fmt: skip
    details = {
        "resources": resources,
        "seconds": seconds,
        "taking": taking,
        "bytes": taken,
        "cpu": cpu,
        "peak_mb": costs.peak_mb,
    }
    return Figure("fhir-export", resources / seconds, "resources/s", details=details)


def _export(connection: http.client.HTTPConnection, headers: dict[str, str], address: str) -> tuple[float, Any]:
    """(seconds from the order to the manifest, the manifest). Raises RuntimeError where it fails."""
    began = time.perf_counter()
    status, location, content = _ask(connection, headers, f"/fhir/r4/{address}")
    if status != 202:
        raise RuntimeError(f"{address} answered {status}: {content[:300]!r}")
    while status == 202:
        time.sleep(POLL_SECONDS)
        status, _, content = _ask(connection, headers, urlsplit(location).path)
    if status != 200:
        raise RuntimeError(f"{address} ended with {status}: {content[:300]!r}")
    return time.perf_counter() - began, json.loads(content)


def _ask(connection: http.client.HTTPConnection, headers: dict[str, str], path: str) -> tuple[int, str, bytes]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.headers.get("Content-Location", ""), answer.read()


def _take(connection: http.client.HTTPConnection, headers: dict[str, str], url: str) -> int:
    """Bytes of a file."""
    connection.request("GET", urlsplit(url).path, headers=headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{url} answered {answer.status}")
    taken = 0
    while chunk := answer.read(1024 * 1024):
        taken += len(chunk)
    return taken


def _token() -> str:
    """Of a software account with the role of bulk export, made once in the store."""
    from datetime import date

    from hoso.core.accounts.credentials import issue_token
    from hoso.core.accounts.machines import as_operator, operator_id
    from hoso.core.accounts.models import Account, Assignment

    account = Account.objects.filter(username=USERNAME).first()
    if account is None:
        kind = Account.Kind.SERVICE
        account = Account.objects.create_user(USERNAME, None, full_name="Đo", kind=kind, owner_id=operator_id())
        with as_operator():
            Assignment.objects.create(account=account, role="bulk_exporter", valid_from=date(2020, 1, 1))
    return issue_token(account, "bench", 1)
