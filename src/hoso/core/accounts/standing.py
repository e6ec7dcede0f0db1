"""Whether an account may act at this moment, whatever it proves itself by: a session, a token, a key, a secret.

A session ends with the hours and is not opened for an account that nobody uses (web/session_limits.py,
web/sign_in_adapter.py). What software holds keeps to the same: there is nobody to give a second factor, so outside of
hours nothing of it works, also where a person could step up.
"""

from hoso.core.accounts.disuse import is_unused
from hoso.core.accounts.hours import hours_of, local_now
from hoso.core.accounts.models import Account

LOCKED, UNUSED, OUT_OF_HOURS = "locked", "unused", "HS2204"


def what_keeps_out(account: Account) -> str:
    """Why software may not act for the account now: locked, unused for too long, or out of hours; empty if it may."""
    if not account.is_active:
        return LOCKED
    if is_unused(account):
        return UNUSED
    return "" if hours_of(account).open_until(local_now()) else OUT_OF_HOURS
