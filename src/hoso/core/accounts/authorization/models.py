"""Software that asks for access (clients), what it was granted, and the tokens of each grant.

No secret is kept in clear: client secrets as Argon2, codes and tokens (256 random bits) as SHA-256.
"""

from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from hoso.core.accounts.authorization.scopes import narrow


class Client(models.Model):
    """A registered piece of software, with the person who answers for it."""

    class Kind(models.TextChoices):
        PUBLIC = "public"  # cannot keep a secret: a browser or phone app
        SYMMETRIC = "symmetric"  # has a secret of ours
        ASYMMETRIC = "asymmetric"  # has a key pair of its own; only its public keys are known here

    AUTH_METHODS: ClassVar[dict[str, tuple[str, ...]]] = {
        "public": ("none",),
        "symmetric": ("client_secret_basic", "client_secret_post"),
        "asymmetric": ("private_key_jwt",),
    }

    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="owned_clients")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="client_identities"
    )  # under which it acts by itself (Backend Services); empty: only in the name of people
    facility = models.ForeignKey("places.Facility", models.PROTECT, null=True, blank=True)
    redirect_uris = models.JSONField(default=list)
    launch_url = models.CharField(max_length=500, blank=True)  # where a page of ours opens it; empty: it opens itself
    scopes = models.JSONField(default=list)
    secret_hash = models.CharField(max_length=200, blank=True)
    jwks = models.JSONField(null=True, blank=True)
    jwks_uri = models.URLField(max_length=500, blank=True)
    jwks_cached = models.JSONField(null=True, blank=True)
    jwks_cached_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="client_expires_after_creation"),
            models.CheckConstraint(
                condition=(Q(kind="symmetric") & ~Q(secret_hash="")) | (~Q(kind="symmetric") & Q(secret_hash="")),
                name="client_secret_only_symmetric",
            ),
            models.CheckConstraint(
                condition=~Q(kind="asymmetric") | Q(jwks__isnull=False) | ~Q(jwks_uri=""), name="client_has_keys"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(kind="asymmetric"), name="client_acts_alone_with_keys_only"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lives(self) -> bool:
        return self.closed_at is None and self.expires_at > timezone.now()

    @property
    def origins(self) -> set[str]:
        """The web origins of its addresses: pages there may call the token endpoint."""
        parts = [urlsplit(uri) for uri in self.redirect_uris]
        return {f"{part.scheme}://{part.netloc}" for part in parts if part.scheme in ("http", "https")}

    # What the protocol library asks of a client.

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return None  # always to be said, so that nothing is guessed

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return narrow(scope or "", self.scopes) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret_hash) and check_password(client_secret, self.secret_hash)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.AUTH_METHODS[self.kind]

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and bool(self.redirect_uris)

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "client_credentials":
            return self.account_id is not None
        return grant_type in ("authorization_code", "refresh_token") and bool(self.redirect_uris)


class Grant(models.Model):
    """One decision: this client may act for this account, so far, until then. Its tokens are one family.

    A grant of a person begins with a code that is used once; one of Backend Services has none.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="grants")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="software_grants")
    scopes = models.TextField()
    audience = models.CharField(max_length=300, blank=True)
    patient = models.CharField(max_length=64, blank=True)  # FHIR id of the patient in context
    encounter = models.CharField(max_length=64, blank=True)  # FHIR id of the visit in context
    second_factor = models.BooleanField(default=False)
    code_hash = models.CharField(max_length=64, null=True, unique=True)
    code_challenge = models.CharField(max_length=128, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_used_at = models.DateTimeField(null=True)
    redirect_uri = models.CharField(max_length=500, blank=True)
    nonce = models.CharField(max_length=255, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "revoked_at"], name="grant_of_account")]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="grant_expires_after_creation")
        ]

    code_challenge_method = "S256"  # the only one there is

    # What the protocol library asks of a code.

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scopes

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int | None:
        return int(self.signed_in_at.timestamp()) if self.signed_in_at else None

    def get_acr(self) -> str | None:
        return None

    def get_amr(self) -> list[str]:
        return ["mfa"] if self.second_factor else []


class Launch(models.Model):
    """An app opened from a page: for this account at this client, with the person and visit that were on the page.

    The app is told a value (kept as a hash) that leads here once, within minutes (SMART App Launch 2.2, EHR launch).
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="launches")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="launches")
    value_hash = models.CharField(max_length=64, unique=True)
    patient = models.CharField(max_length=64)
    encounter = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")) & Q(expires_at__lte=F("created_at") + timedelta(minutes=5)),
                name="launch_is_short",
            ),
            models.CheckConstraint(condition=~Q(patient=""), name="launch_of_a_patient"),
        ]


class Token(models.Model):
    """An access or refresh token of a grant; `used_at` marks a refresh token that was exchanged."""

    class Kind(models.TextChoices):
        ACCESS = "access"
        REFRESH = "refresh"

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="tokens")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.TextField()
    with_id_token = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="token_expires_after_issue")
        ]

    def lives_at(self, now: datetime) -> bool:
        """Whether the token, its grant, its client and its account all still hold."""
        grant = self.grant
        return (
            self.revoked_at is None
            and self.used_at is None
            and self.expires_at > now
            and grant.revoked_at is None
            and grant.client.lives
            and grant.account.is_active
        )

    # What the protocol library asks of a token.

    def check_client(self, client: Client) -> bool:
        return self.grant.client_id == client.pk

    def get_scope(self) -> str:
        return self.scopes

    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def is_revoked(self) -> bool:
        return not self.lives_at(timezone.now())


class UsedAssertion(models.Model):
    """The id of a signed statement by which a client proved itself: it proves nothing a second time."""

    client = models.ForeignKey(Client, models.CASCADE)
    jti_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "authorization_used_assertion"
        constraints = [models.UniqueConstraint(fields=["client", "jti_hash"], name="assertion_once")]


class SigningKey(models.Model):
    """A key that signs ID tokens, with its times; the private half is encrypted with the keys of the secrets folder."""

    kid = models.CharField(max_length=64, primary_key=True)
    public_jwk = models.JSONField()
    private_pem = models.TextField()
    created_at = models.DateTimeField()
    signs_until = models.DateTimeField()
    published_until = models.DateTimeField()

    class Meta:
        db_table = "authorization_signing_key"
        constraints = [
            models.CheckConstraint(
                condition=Q(published_until__gt=F("signs_until")), name="key_published_longer_than_it_signs"
            )
        ]
