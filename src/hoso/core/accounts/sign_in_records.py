"""What is kept about signing in: earlier passwords, wrong tries, invitations, hours, accepted notices, reviews."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

ACCOUNT = "accounts.Account"


class PasswordHistory(models.Model):
    """A password an account has had, as its hash; filled by a trigger whenever a password is set."""

    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_password_history"
        indexes = [models.Index(fields=["account", "-set_at"], name="accounts_password_history_new")]


class WrongTry(models.Model):
    """A failed sign-in. The name is kept as a hash: what was typed may be a password in the wrong box.

    `device` is the hash of the cookie of a browser that has signed in under this name before, empty for any other.
    """

    name_hash = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_wrong_try"
        indexes = [
            models.Index(fields=["name_hash", "device", "-at"], name="accounts_wrong_try_name"),
            models.Index(fields=["address", "-at"], name="accounts_wrong_try_address"),
        ]


class Invitation(models.Model):
    """A link by which the owner of an account sets its password: shown once, works once, until it expires."""

    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="invitation_expires_after_it_was_made"
            )
        ]


class AccessHours(models.Model):
    """Hours in which an account, or everybody with a role, works; `ends` before `starts` runs past midnight.

    `days` has a bit for each weekday on which the span starts (1 Monday … 64 Sunday). Outside of all spans a sign-in
    is refused, or asks for the second factor.
    """

    class Outside(models.TextChoices):
        REFUSE = "refuse"
        STEP_UP = "step_up"

    account = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="hours")
    role = models.CharField(max_length=40, blank=True)
    days = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    outside = models.CharField(max_length=10, choices=Outside.choices)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_access_hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True, role__gt="") | Q(account__isnull=False, role=""),
                name="hours_of_an_account_or_a_role",
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=127), name="hours_have_days"),
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="hours_have_a_span"),
        ]


class NoticeAcceptance(models.Model):
    """Somebody read and accepted the notice of monitoring; `text_hash` says which text."""

    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    text_hash = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_notice_acceptance"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["account", "text_hash"], name="notice_accepted_once")
        ]


class Review(models.Model):
    """The half-yearly list of who may what, as it was when it was signed off."""

    signed_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    note = models.TextField(blank=True)
    lines = models.JSONField()
