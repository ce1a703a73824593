"""Accounts, people, roles, licences and the audit trail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.products import LicenseKind
from accounts.scopes import ApiScope
from common.scope import ScopedManager


class UserManager(BaseUserManager["User"]):
    """Creates people who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Create and return a person; `password=None` means that they cannot sign in with one."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Create platform staff."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do in an account is in their Membership; reviewer is a platform role (D28).

    `known_memberships` are theirs, where `selectors.person` read both.
    """

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("platform staff", default=False)
    is_reviewer = models.BooleanField("platform reviewer", default=False)
    list_columns = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    known_memberships: list[Membership] | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_once")]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def initials(self) -> str:
        """Return one or two letters for the avatar."""
        words = self.full_name.split() or [self.email]
        return "".join(word[0] for word in words[:2]).upper()


class Account(models.Model):
    """A business that owns numbers: the tenant."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)
    spam_carriers = models.PositiveSmallIntegerField(
        default=1, help_text="How many carriers must say Spam before the number is Spam (D19; 1 is R35)."
    )
    rating_min_observations = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Observations before a carrier's label can be Spam; empty: the portal's (D19)."
    )
    rating_spam_share = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Percent of a carrier's last calls that make Spam; empty: the portal's (D19)."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spam_carriers__range=(1, 3)), name="accounts_spam_carriers_1_to_3"
            ),
            models.CheckConstraint(
                condition=models.Q(rating_min_observations__isnull=True)
                | models.Q(rating_min_observations__range=(1, 10)),
                name="accounts_rating_min_observations_1_to_10",
            ),
            models.CheckConstraint(
                condition=models.Q(rating_spam_share__isnull=True) | models.Q(rating_spam_share__range=(1, 100)),
                name="accounts_rating_spam_share_percent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """Roles of D28."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    VIEWER = "viewer", "Viewer"


@dataclass(frozen=True, slots=True)
class LicenseTerm:
    """When a licence of a kind is in force; `ends_on` is its last day, None for no end."""

    kind: LicenseKind
    starts_on: date
    ends_on: date | None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the licence is in force on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Membership(models.Model):
    """A person's role in an account. Only an admin's `can_edit_settings` is looked at: owners can, viewers cannot.

    `license_terms` are the account's, where `selectors.person` read them.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    can_edit_settings = models.BooleanField("edit account settings", default=False)
    created_at = models.DateTimeField(default=timezone.now)
    license_terms: tuple[LicenseTerm, ...]

    objects = ScopedManager["Membership"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="accounts_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"

    @property
    def may_edit(self) -> bool:
        """Tell whether this person may change anything but members (R9-R11, D28)."""
        return self.role == Role.OWNER or (self.role == Role.ADMIN and self.can_edit_settings)

    @property
    def may_manage_members(self) -> bool:
        """Tell whether this person may change members and their roles (D28)."""
        return self.role == Role.OWNER


class License(models.Model):
    """A licence of an account; set by platform staff (D28). `seats` is None for kinds that are not counted."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=LicenseKind)
    seats = models.PositiveIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Last valid day; empty means no end.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager["License"]()

    class Meta:
        indexes = [BTreeIndex(fields=["account", "kind"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="accounts_license_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=LicenseKind.SPAM_MONITORING) | models.Q(seats__isnull=False),
                name="accounts_license_smr_has_seats",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.account_id}"

    @property
    def term(self) -> LicenseTerm:
        """Return the kind and when it is in force."""
        return LicenseTerm(LicenseKind(self.kind), self.starts_on, self.ends_on)

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the licence is in force on a day."""
        return self.term.is_valid_on(day)


class ApiKey(models.Model):
    """A key by which a program acts for an account. Only a digest of the secret is kept.

    It works while its maker may: a key of somebody who left the account, or may not sign in any more, is refused.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    beginning = models.CharField(max_length=12, help_text="How the secret begins, so that people can tell keys apart.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the secret.")
    scopes = ArrayField(models.CharField(max_length=30, choices=ApiScope))
    calls_per_minute = models.PositiveIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ScopedManager["ApiKey"]()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(calls_per_minute__gte=1), name="accounts_api_key_has_a_limit")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class ApiUse(models.Model):
    """How many calls of a key's minute are given out; processes take them in handfuls, so few wait for the row."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="+")
    minute = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.taken} calls of key {self.key_id}"


class ApiReply(models.Model):
    """The answer to a request that carried an idempotency key, given again when the request comes again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    token = models.CharField(max_length=80, help_text="The idempotency key that the caller sent.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    objects = ScopedManager["ApiReply"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "token"], name="accounts_api_reply_once")]
        indexes = [BTreeIndex(fields=["at"], name="accounts_api_reply_by_time")]

    def __str__(self) -> str:
        return f"{self.status} for {self.token}"


class AuditEvent(models.Model):
    """Who did what, append-only: the database refuses update and delete (B7)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = ScopedManager["AuditEvent"]()

    class Meta:
        indexes = [BTreeIndex(fields=["account", "-at"], name="accounts_audit_by_time")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.target}".strip()
