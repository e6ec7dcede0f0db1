"""What is asked about clients and grants."""

from django.db.models import Q
from django.utils import timezone

from hoso.core.accounts.authorization.models import Client, Grant
from hoso.core.accounts.models import Account, Assignment
from hoso.core.accounts.standing import what_keeps_out
from hoso.core.errors import HosoError


def living_client(client_id: str) -> Client | None:
    """The client of this id that is neither closed nor past its end."""
    if not client_id.isalnum():
        return None  # no id of ours, and nothing for the database
    client = Client.objects.select_related("account", "facility").filter(client_id=client_id).first()
    return client if client is not None and client.lives else None


def registered_client(client_id: str) -> Client:
    """The client of this id, closed or not. Raises HosoError HS2254."""
    client = Client.objects.select_related("owner", "account", "facility").filter(client_id=client_id).first()
    if client is None:
        raise HosoError("HS2254", client_id=client_id[:64])
    return client


def may_act_for(client: Client, account: Account) -> bool:
    """Whether the client may act for the account: it is open, and holds a role today at the client's facility, if any."""
    if not account.is_active:
        return False
    if client.facility_id is None:
        return True
    today = timezone.localdate()
    return Assignment.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today), account=account, facility_id=client.facility_id, valid_from__lte=today
    ).exists()


def may_act_now(client: Client, account: Account) -> bool:
    """Whether it may, and the account itself may act at this moment: used of late, within its hours."""
    return may_act_for(client, account) and not what_keeps_out(account)


def is_client_origin(origin: str) -> bool:
    """Whether a living client has an address on this web origin."""
    now = timezone.now()
    living = Client.objects.filter(closed_at=None, expires_at__gt=now).only("redirect_uris")
    return any(origin in client.origins for client in living)


def clients() -> list[Client]:
    """Every client, living ones first."""
    found = Client.objects.select_related("owner", "account", "facility").order_by("name", "pk")
    return sorted(found, key=lambda client: not client.lives)


def living_grants(account: Account) -> list[Grant]:
    """The software that may act for this account now, newest first."""
    now = timezone.now()
    return list(
        Grant.objects.select_related("client")
        .filter(
            account=account, revoked_at=None, expires_at__gt=now, client__closed_at=None, code_used_at__isnull=False
        )
        .filter(Q(tokens__expires_at__gt=now, tokens__revoked_at=None, tokens__used_at=None))
        .distinct()
        .order_by("-created_at")
    )
