from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoso.core.access.sharing.tests.clinic import Clinic, make_clinic
from hoso.core.accounts.models import Account


@pytest.fixture
def clinic(db: None, settings: Any, tmp_path: Path, account_with_role: Callable[..., Account]) -> Clinic:
    """Two facilities and their people, in a database that is as new when the test ends."""
    settings.HOSO_HOME = tmp_path
    settings.SMS_GATEWAY = "hoso.gateways.sms.simulated.SimulatedSms"
    return make_clinic(account_with_role)
