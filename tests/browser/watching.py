"""Everything a browser asks for and complains about, seen while the tests run."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError


class Watch:
    """Notes requests to other hosts, console errors (violations of the content policy among them), script failures."""

    def __init__(self, url: str) -> None:
        self.own = urlsplit(url).netloc
        self.hosts: set[str] = set()
        self._errors: list[tuple[str, str]] = []
        self._expected: set[str] = set()
        self._expected_hosts: set[str] = set()
        self._no_line = False

    def attach(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._weberror)

    def expect_refusal(self, path: str) -> None:
        """Chromium writes every answer from 400 on to its console: this one is meant."""
        self._expected.add(path)

    def expect_host(self, host: str) -> None:
        """A page is left for another one of this test: an outside provider on this machine."""
        self._expected_hosts.add(host)

    def expect_no_line(self) -> None:
        """The line is cut in this test: what does not arrive is meant."""
        self._no_line = True

    def problems(self) -> list[str]:
        """What was wrong since the last call."""
        found = [text for text, path in self._errors if not (path in self._expected and "status of 4" in text)]
        if self._no_line:
            found = [text for text in found if "net::ERR_" not in text and "status of 503" not in text]
        found += [f"asked {host}" for host in sorted(self.hosts - {self.own} - self._expected_hosts)]
        self._errors.clear()
        self._expected.clear()
        self._no_line = False
        return found

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about"):
            self.hosts.add(parts.netloc)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            url = message.location.get("url", "")
            self._errors.append((f"{message.type}: {message.text} ({url})", urlsplit(url).path))

    def _weberror(self, error: WebError) -> None:
        self._errors.append((f"script: {error.error}", ""))


def refused(page: Page, watch: Watch, path: str, status: int) -> str:
    """Open an address that must not open; returns the code the page shows."""
    watch.expect_refusal(urlsplit(path).path)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    return page.locator(".error-card .code").inner_text()
