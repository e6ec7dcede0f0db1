"""A demonstration calls nobody: every call is taken."""

from collections.abc import Mapping


class SimulatedCall:
    def send(self, url: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> None:
        return
