"""The communes that reported, a browser of whoever looks, and the mail of a demonstration in a folder."""

from pathlib import Path
from typing import Any

import pytest

from hoso.web.explorer.tests.conftest import places

__all__ = ["folder", "places"]


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.MAIL_GATEWAY = "hoso.gateways.mail.simulated.SimulatedMail"
    monkeypatch.setattr("hoso.gateways.mail.simulated.mail_folder", lambda: tmp_path / "mail")
    return tmp_path / "mail"
