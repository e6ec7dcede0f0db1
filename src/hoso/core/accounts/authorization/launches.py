"""Opening an app from a page: which apps there are for an account, and the value that leads the app back to the page's
person and visit (SMART App Launch 2.2, EHR launch). Told once, worth something for minutes, to one client and account.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from hoso.core.accounts.authorization.models import Client, Launch
from hoso.core.accounts.authorization.queries import may_act_for
from hoso.core.accounts.authorization.tokens import hashed, new_value
from hoso.core.accounts.models import Account

LAUNCH_LIFE = timedelta(minutes=5)  # time to sign in again over a slow line; the database allows no more


@dataclass(frozen=True)
class Context:
    """What was on the page: FHIR ids of the person and, on a visit's page, of the visit."""

    patient: str
    encounter: str = ""


def launchable(account: Account) -> list[Client]:
    """The living apps with a launch address that may act for the account, by name."""
    found = Client.objects.filter(closed_at=None, expires_at__gt=timezone.now()).exclude(launch_url="").order_by("name")
    return [client for client in found if may_act_for(client, account)]


def open_launch(client: Client, account: Account, context: Context) -> str:
    """A new value for the app's `launch` parameter."""
    value, now = new_value(), timezone.now()
    Launch.objects.create(
        client=client,
        account=account,
        value_hash=hashed(value),
        patient=context.patient,
        encounter=context.encounter,
        created_at=now,
        expires_at=now + LAUNCH_LIFE,
    )
    return value


def use_launch(value: str, client: Client, account: Account) -> Context | None:
    """What the value stands for, this once; None where it is used, over, unknown, or another client's or account's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE authorization_launch SET used_at = clock_timestamp() WHERE value_hash = %s AND client_id = %s"
            " AND account_id = %s AND used_at IS NULL AND expires_at > clock_timestamp() RETURNING patient, encounter",
            [hashed(value), client.pk, account.pk],
        )
        row = cursor.fetchone()
    return Context(*row) if row else None


def launch_address(client: Client, fhir: str, value: str) -> str:
    """The app's own address with the two parameters it needs: which server (`iss`), and the value (`launch`)."""
    joint = "&" if "?" in client.launch_url else "?"
    return f"{client.launch_url}{joint}{urlencode({'iss': fhir, 'launch': value})}"
