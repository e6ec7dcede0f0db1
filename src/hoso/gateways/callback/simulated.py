"""A demonstration calls nobody: every call is taken."""

from collections.abc import Mapping


class SimulatedCall:
    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        return
