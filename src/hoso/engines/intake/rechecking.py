"""Checking visits in quarantine again by the rules as they are now. Those that pass are filed, in their own place.

Nothing is lost by it: earlier findings stay with the set of rules that made them, a visit keeps its number in the package,
and received = filed + unchanged + corrected + quarantined holds before and after. What is filed already is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from hoso.core.access.actor import Actor
from hoso.core.database.session import acting_transaction
from hoso.engines.intake.filing import PURPOSE, PackageFacts, file_batch
from hoso.engines.intake.kept import kept_visits
from hoso.engines.intake.packages import BATCH, Facilities, Package, load_package, only_one
from hoso.engines.intake.preparing import PreparedVisit, prepare
from hoso.engines.intake.rules.book import rule_set


@dataclass(frozen=True)
class Rechecked:
    """How many visits were judged anew, and how many of them passed."""

    visits: int = 0
    passed: int = 0

    def __add__(self, other: "Rechecked") -> "Rechecked":
        return Rechecked(self.visits + other.visits, self.passed + other.passed)


def packages_to_recheck(actor: Actor) -> list[int]:
    """Packages with visits in quarantine that were judged by other rules than today's, oldest first."""
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT v.package_id FROM intake_visit v WHERE {_WAITING} ORDER BY v.package_id", [rule_set()]
        )
        return [row[0] for row in cursor.fetchall()]


def recheck_package(package_id: int, actor: Actor) -> Rechecked:
    """Judge the package's quarantined visits anew; doing it again with the same rules changes nothing."""
    done = Rechecked()
    with only_one(package_id):
        package = load_package(package_id, actor)
        waiting = _waiting(package_id, actor) if package.state == "done" else []
        for start in range(0, len(waiting), BATCH):
            done += _recheck(package, waiting[start : start + BATCH], actor)
    return done


def _recheck(package: Package, ordinals: Sequence[int], actor: Actor) -> Rechecked:
    raws = kept_visits(package.sha256, package.file_name, set(ordinals))

    def prepare_again(visit: PreparedVisit, id_date: datetime) -> PreparedVisit:
        return prepare(raws[visit.ordinal], package.stated_version, id_date)

    facts = PackageFacts(
        package.id, timezone.localdate(package.received_at), package.sender_id, package.sender_name, package.sender_kind
    )
    facilities = Facilities(package, actor)
    passed = 0
    for raw in raws.values():  # one by one: two may have the same key
        visit = prepare(raw, package.stated_version)
        file_batch(facts, [visit], facilities.of([visit], raw.header.made_on), actor, prepare_again, again=True)
        passed += not visit.is_quarantined
    return Rechecked(len(raws), passed)


# Not judged by today's rules, and no corrected sending has taken its place.
_WAITING = """v.state = 'quarantined' AND v.rule_set <> %s
    AND NOT EXISTS (SELECT 1 FROM intake_visit later WHERE later.facility_id = v.facility_id AND later.ma_lk = v.ma_lk
                    AND later.package_id > v.package_id AND later.state IN ('filed', 'corrected', 'withdrawn'))"""


def _waiting(package_id: int, actor: Actor) -> list[int]:
    with acting_transaction(actor.account_id, PURPOSE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v.ordinal FROM intake_visit v WHERE {_WAITING} AND v.package_id = %s ORDER BY v.ordinal",
            [rule_set(), package_id],
        )
        return [row[0] for row in cursor.fetchall()]
