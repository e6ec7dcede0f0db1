"""Wrong tries lock an account's name for strangers, not for the browsers that its owner has used before.

A browser that has signed in under a name keeps a cookie (a "device"). Tries without it share one counter for the name,
whatever address they come from; tries with it have a counter of their own. So nobody gets more than the allowed tries
(TCVN 14423 cl. 5.5, secondary source), and a flood of wrong tries does not shut the owner out. Tries of one address
over all names are throttled as well, again not for known devices. Kept in the database: every process counts alike.
"""

from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from hoso.core.accounts.models import WrongTry
from hoso.core.accounts.sign_in_rules import sign_in_rules

STRANGER = ""  # the device of a browser that never signed in under the name


def locked_until(name: str, device: str = STRANGER) -> datetime | None:
    """When a name opens again for this device; None where it is open."""
    rules = sign_in_rules()
    counted = WrongTry.objects.filter(
        name_hash=name_hash(name), device=device, cleared_at=None, at__gt=timezone.now() - rules.lock
    ).order_by("-at")
    last = list(counted.values_list("at", flat=True)[: rules.wrong_tries])
    return last[0] + rules.lock if len(last) == rules.wrong_tries else None


def is_throttled(address: str) -> bool:
    """Whether too many wrong tries came from this address of late, over all names."""
    rules = sign_in_rules()
    since = timezone.now() - rules.address_span
    return WrongTry.objects.filter(address=address, device=STRANGER, at__gt=since).count() >= rules.address_tries


def count_wrong_try(name: str, device: str, address: str) -> None:
    WrongTry.objects.create(name_hash=name_hash(name), device=device, address=address, at=timezone.now())


def clear_wrong_tries(name: str, device: str | None = None) -> int:
    """Open a name again: for one device, or (an emergency unlock) for everybody; returns how many tries were cleared."""
    tries = WrongTry.objects.filter(name_hash=name_hash(name), cleared_at=None)
    if device is not None:
        tries = tries.filter(device=device)
    return tries.update(cleared_at=timezone.now())


def name_hash(name: str) -> str:
    return sha256(name.strip().lower().encode()).hexdigest()
