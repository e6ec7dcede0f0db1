"""Accounts by privilege tier over all watched systems, for the overseer: how many there are, which of them are to be looked at,
and which systems have fallen silent."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hoso.core.access.policy import Scope
from hoso.engines.oversight import queries
from hoso.engines.oversight.queries import AccountLine, SourceLine
from hoso.engines.oversight.tiers import Tier, tiers
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.staff.account_words import KINDS

UNPLACED = Tier("?", "Chưa xếp cấp", "Of no tier")
ALWAYS_SHOWN = ("T0", "T1", UNPLACED.key)  # who reaches furthest is listed whether or not anything stands out


@dataclass(frozen=True)
class TierLine:
    """One tier with the number of its accounts, of those in use, and of those that stand out."""

    tier: Tier
    accounts: int
    active: int
    dormant: int
    shared: int
    orphaned: int


@dataclass(frozen=True)
class Inventory:
    """The accounts of all systems, and the systems."""

    accounts: list[AccountLine]
    sources: list[SourceLine]

    def __len__(self) -> int:
        return len(self.accounts)


def accounts(request: ActingRequest) -> HttpResponse:
    """The tiers, the accounts that reach furthest or are dormant, shared or orphaned, and the systems they are of."""

    def query(scope: Scope) -> Inventory:
        return Inventory(queries.accounts(scope), queries.sources(scope))

    inventory: Inventory = ask(request, query, action="search", about="accounts by tier")
    found = inventory.accounts
    shown = [line for line in found if line.tier in ALWAYS_SHOWN or line.dormant or line.shared or line.orphaned]
    context = {
        "tiers": [line for tier in (*tiers().tiers, UNPLACED) if (line := _counted(tier, found)).accounts],
        "accounts": [(line, KINDS.get(line.kind, (line.kind, line.kind))) for line in shown],
        "rules": tiers(),
        "sources": [
            (one, sum(line.source == one.key for line in found), _is_silent(one), _clock_ahead(one))
            for one in inventory.sources
        ],
    }
    return render(request, "audit/tiers.html", context)


def _is_silent(source: SourceLine) -> bool:
    return source.newest_at is None or timezone.now() - source.newest_at > tiers().silent_after


def _clock_ahead(source: SourceLine) -> int:
    """Seconds, where it is more than a network explains."""
    seconds = int(source.ahead.total_seconds()) if source.ahead else 0
    return seconds if seconds > tiers().clock_tolerance.total_seconds() else 0


def _counted(tier: Tier, found: list[AccountLine]) -> TierLine:
    lines = [line for line in found if line.tier == tier.key]
    return TierLine(
        tier,
        len(lines),
        sum(line.active for line in lines),
        sum(line.dormant for line in lines),
        sum(line.shared for line in lines),
        sum(line.orphaned for line in lines),
    )
