"""The Explorer's first view in Chromium, on a processor slowed down four times and with nothing kept from before: a year of the 96 communes
of the demonstration, with totals. What counts is the largest paint (LCP), from the click on; beside it the server's part, and the
scripts that came, with a picture too."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure
from hoso.bench.latencies import print_latencies, summary
from hoso.bench.served_house import serving
from hoso.bench.tables import print_table

ROUNDS = {"small": 5, "full": 20}
SLOWED = 4
ACCOUNT = "duyettinh"  # approves for the whole province
PAGE, WITH_PICTURE = "/statistics/explore/", "/statistics/explore/?show=line&top=5"
PREPARE_SECONDS = 1200
_PAINTS = """
() => new Promise(tell => {
    const found = {};
    const ask = kind => new PerformanceObserver(list => {
        for (const entry of list.getEntries()) found[entry.entryType === 'paint' ? entry.name : kind] = entry.startTime;
    }).observe({type: kind, buffered: true});
    ask('paint'); ask('largest-contentful-paint');
    setTimeout(() => {
        const [page] = performance.getEntriesByType('navigation');
        const scripts = performance.getEntriesByType('resource').filter(one => one.name.split('?')[0].endsWith('.js'));
        tell({
            server: page.responseStart - page.requestStart, first: found['first-contentful-paint'],
            largest: found['largest-contentful-paint'], page: page.transferSize,
            scripts: scripts.reduce((sum, one) => sum + one.transferSize, 0), cells: document.querySelectorAll('#pivot td').length,
        });
    }, 500);
})
"""


def measure(size: str) -> Figure:
    """Raises RuntimeError where the view shows no figures."""
    with temporary_home("explorer-page") as home:
        _prepare(home)
        open_home(home)
        with serving(home) as port:
            plain, drawn = _look(f"http://127.0.0.1:{port}", home, ROUNDS[size])
    times = {
        "largest paint": [one["largest"] for one in plain], "first paint": [one["first"] for one in plain],
        "the server's part": [one["server"] for one in plain], "largest paint with a picture": [one["largest"] for one in drawn],
    }  # fmt: skip
    print_latencies(times)
    weights = {"page": plain[0]["page"], "scripts": plain[0]["scripts"], "scripts with a picture": drawn[0]["scripts"]}
    print_table(["compressed as sent", "kB"], [[name, round(weight / 1000, 1)] for name, weight in weights.items()])
    half = summary(times["largest paint"])
    details = {
        "p95_ms": round(half["p95"]), "server_p50_ms": round(summary(times["the server's part"])["p50"]),
        "script_kb": round(weights["scripts"] / 1000, 1), "script_kb_with_picture": round(weights["scripts with a picture"] / 1000, 1),
        "cells": plain[0]["cells"],
    }  # fmt: skip
    return Figure("explorer-page", round(half["p50"]), "ms", details=details)


def _prepare(home: Path) -> None:
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "demo", "--no-serve"]
    environment = {**os.environ, "HOSO_HOME": str(home)}
    subprocess.run(command, env=environment, check=True, timeout=PREPARE_SECONDS, stdout=subprocess.DEVNULL)


def _look(url: str, home: Path, rounds: int) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """What each look told, without a picture and with one; each in a browser that keeps nothing but who is signed in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        state = _signed_in(browser.new_context(base_url=url, locale="vi-VN"), home)
        found: dict[str, list[Mapping[str, Any]]] = {PAGE: [], WITH_PICTURE: []}
        for _ in range(rounds + 1):
            for path, looks in found.items():
                context = browser.new_context(
                    base_url=url, locale="vi-VN", storage_state=state, viewport={"width": 1366, "height": 768}
                )
                page = context.new_page()
                context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
                page.goto(path)
                looks.append(page.evaluate(_PAINTS))
                context.close()
        browser.close()
    if not all(one["cells"] for looks in found.values() for one in looks):
        raise RuntimeError("the Explorer shows no figures")
    return found[PAGE][1:], found[WITH_PICTURE][1:]  # the first warms the server


def _signed_in(context: Any, home: Path) -> Any:
    """The cookies of who may look at the province's figures."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    known = json.loads((home / "demo" / "sign-ins.json").read_text(encoding="utf-8"))
    mine = next(one for one in known if one["username"] == ACCOUNT)
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("#id_login").fill(ACCOUNT)
    page.locator("#id_password").fill(mine["password"])
    page.keyboard.press("Enter")
    if mine.get("totp_secret"):
        code = format_hotp_value(hotp_value(mine["totp_secret"], int(time.time()) // 30))
        page.locator("#id_code").fill(code)
        page.keyboard.press("Enter")
    page.locator("details.me").wait_for()
    state = context.storage_state()
    context.close()
    return state
