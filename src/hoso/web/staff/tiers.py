"""Accounts by privilege tier, for the overseer: how many there are, and which of them are to be looked at."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from hoso.engines.oversight import queries
from hoso.engines.oversight.queries import AccountLine
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


def accounts(request: ActingRequest) -> HttpResponse:
    """The tiers, and the accounts that reach furthest or are dormant, shared or orphaned."""
    found: list[AccountLine] = ask(request, queries.accounts, action="search", about="accounts by tier")
    shown = [line for line in found if line.tier in ALWAYS_SHOWN or line.dormant or line.shared or line.orphaned]
    context = {
        "tiers": [line for tier in (*tiers().tiers, UNPLACED) if (line := _counted(tier, found)).accounts],
        "accounts": [(line, KINDS.get(line.kind, (line.kind, line.kind))) for line in shown],
        "rules": tiers(),
    }
    return render(request, "audit/tiers.html", context)


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
