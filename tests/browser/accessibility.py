"""What axe-core finds wrong with a page, as one line for each rule and element."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

GRAVE = ("serious", "critical")
RUN = "() => axe.run(document, {resultTypes: ['violations'], preload: false})"


def grave_findings(page: Page) -> list[str]:
    """Findings that keep somebody from using the page."""
    page.evaluate(_checker())
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{page.url} {finding['id']} ({finding['impact']}): {node['target']} {node['failureSummary']}"
        for finding in found["violations"]
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
    ]


@cache
def _checker() -> str:
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
