"""The portal of a demonstration: the same client against `server.py`, which `hoso serve` starts on this machine."""

from hoso.gateways.ministry_portal.live import LivePortal
from hoso.gateways.ministry_portal.shelf import TOKEN


class SimulatedPortal(LivePortal):
    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
