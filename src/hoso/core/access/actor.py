"""Who is asking, and from where: the first argument of every read and write."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID, uuid4

from hoso.core.access.narrowing import narrowed
from hoso.core.access.reach import Assignment
from hoso.core.access.roles import Held, Role, held_today


@dataclass(frozen=True)
class Actor:
    """An account that acts, with the request it acts through; ids and names only, no secrets.

    Where software acts for the account with a limited token, `scopes` are those of the token, `allowed` the permissions
    they leave of the roles (core/access/narrowing.py), and `patient` the FHIR id of the patient it is confined to.
    `warrant`: by what it acts (core/accounts/authorization/warrants.py), for what it orders to be done later.
    """

    account_id: int
    name: str
    route: str
    source: str = ""
    device: str = ""
    request_id: UUID = field(default_factory=uuid4)
    source_port: int | None = None  # of the asker, where the web server or the proxy before it tells
    scopes: tuple[str, ...] | None = None
    allowed: frozenset[str] | None = None
    patient: str = ""
    warrant: str = ""

    @cached_property
    def held(self) -> Held:
        """What the account holds today, read once for each actor object."""
        return held_today(self.account_id)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles held today, as far as the token allows."""
        return narrowed(self.held.roles, self.allowed)

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Where the roles are held today."""
        return self.held.assignments

    def role_for(self, permission: str, purpose: str) -> Role | None:
        """The first held role that grants this permission for this purpose."""
        for role in self.roles:
            if permission in role.permissions and purpose in role.purposes:
                return role
        return None
