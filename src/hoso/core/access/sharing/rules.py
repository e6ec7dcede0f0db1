"""The limits of one-time sharing (``definitions/access/sharing.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True)
class SharingRules:
    """How long a code is and lives, how often it may be tried and asked for, how long the access lasts."""

    digits: int
    code_lives: timedelta
    tries: int
    access_hours: int
    paper_lives: timedelta
    offers_to_a_person_a_day: int
    offers_by_an_account_an_hour: int
    pause: timedelta
    message: Mapping[str, str]


@cache
def sharing_rules() -> SharingRules:
    given = read_definition(definitions_folder() / "access" / "sharing.yaml")
    code, limits = given["code"], given["limits"]
    return SharingRules(
        digits=code["digits"],
        code_lives=timedelta(minutes=code["minutes"]),
        tries=code["tries"],
        access_hours=given["access"]["hours"],
        paper_lives=timedelta(days=given["paper"]["days"]),
        offers_to_a_person_a_day=limits["offers_to_a_person_a_day"],
        offers_by_an_account_an_hour=limits["offers_by_an_account_an_hour"],
        pause=timedelta(minutes=limits["pause_minutes_after_too_many_tries"]),
        message=given["message"],
    )
