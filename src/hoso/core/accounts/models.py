"""Who signs in: people, organisations and machines; what they may be, where and for how long."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from hoso.core.accounts.sign_in_records import (
    AccessHours,
    Invitation,
    NoticeAcceptance,
    PasswordHistory,
    Review,
    WrongTry,
)

__all__ = [
    "AccessHours",
    "Account",
    "Assignment",
    "Credential",
    "Invitation",
    "NoticeAcceptance",
    "PasswordHistory",
    "Review",
    "WrongTry",
]


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """One human, organisation or machine that signs in.

    A human's account is that human's alone (`full_name`; `personal_number_hash` where the number is known). A machine
    or an organisation has an owner, the human who answers for it; the house's own machines (`system.…`) have none.
    """

    class Kind(models.TextChoices):
        ADMINISTRATOR = "administrator"
        CLINICAL = "clinical"
        TECHNICAL = "technical"
        SERVICE = "service"
        CITIZEN = "citizen"
        ORGANISATION = "organisation"

    username = models.CharField(max_length=100, unique=True)
    full_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    owner = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="owned")
    personal_number_hash = models.CharField(max_length=64, blank=True, default="")
    is_active = models.BooleanField(default=True)
    lock_reason = models.CharField(max_length=20, blank=True, default="")
    active_since = models.DateTimeField(default=timezone.now)
    password_set_at = models.DateTimeField(null=True)
    password_must_change = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    WITHOUT_SESSION = (Kind.SERVICE, Kind.ORGANISATION)  # software and offices: they open no interactive session

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["service", "organisation"])
                | Q(owner__isnull=False)
                | Q(username__startswith="system."),
                name="account_of_a_machine_has_an_owner",
            ),
            models.CheckConstraint(condition=~Q(full_name=""), name="account_names_its_owner"),
            models.UniqueConstraint(
                fields=["kind", "personal_number_hash"],
                condition=~Q(personal_number_hash=""),
                name="one_account_of_a_kind_for_each_human",
            ),
        ]

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def get_full_name(self) -> str:
        return self.full_name


class Assignment(models.Model):
    """A role held at a facility, a place, or everywhere (both empty) during [valid_from, valid_to)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=40)
    facility = models.ForeignKey("places.Facility", models.PROTECT, null=True, blank=True)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="assignment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(facility__isnull=True) | Q(place__isnull=True), name="assignment_facility_or_place"
            ),
        ]


class Credential(models.Model):
    """A secret of any kind by which an account proves itself (docs/decisions/0005-credentials.md).

    Passwords and second factors of people are kept by django-allauth; the view `accounts_credential_overview`
    shows every kind in one list.
    """

    class Kind(models.TextChoices):
        API_TOKEN = "api_token"
        INSURER_SECRET = "insurer_secret"
        KEY_PAIR = "key_pair"

    account = models.ForeignKey(Account, models.PROTECT, related_name="credentials")
    facility = models.ForeignKey("places.Facility", models.PROTECT, null=True)  # of a secret that stands for one
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200)
    secret_hash = models.CharField(max_length=200, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="credential_expires_after_creation"
            ),
            models.CheckConstraint(
                condition=~Q(kind="insurer_secret") | Q(facility__isnull=False, secret_hash__startswith="argon2"),
                name="insurer_secret_is_slow_and_of_one_facility",
            ),
        ]
