"""Services that numbers have or are to have, and the seats that some of them take."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import Account
from accounts.products import LicenseKind
from common.scope import ScopedManager
from enrollment.models.number_jobs import NumberJob
from enrollment.states import EnrolledService
from phone_numbers.models import PhoneNumber


class SeatPool(models.Model):
    """The lock of an account's seats of one kind, and when its monitored numbers are looked over next (D30).

    No counter stands here: whoever takes a seat locks this row first and counts the assignments that hold one then.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=LicenseKind, default=LicenseKind.SPAM_MONITORING)
    review_due_at = models.DateTimeField()

    objects = ScopedManager["SeatPool"]()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="enrollment_seat_pool_once")]
        indexes = [models.Index(fields=["review_due_at"], name="enrollment_review_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"


class ServiceAssignment(models.Model):
    """A service of a number, from the moment when it was asked for until it ends, fails or is switched off.

    Where it stands (Verifying, On, In progress, ...) is said once, on the number's status; this row holds what the work
    on it needs. `ends_at`: when a number that is No longer eligible is switched off (D3).
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, related_name="+", db_index=False)
    service = models.CharField(max_length=12, choices=EnrolledService)
    holds_seat = models.BooleanField(default=False)
    since = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    job = models.ForeignKey(NumberJob, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    objects = ScopedManager["ServiceAssignment"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "service"], name="enrollment_service_once_per_number"),
            models.CheckConstraint(
                condition=Q(holds_seat=False) | Q(service=EnrolledService.MONITORING),
                name="enrollment_seats_are_for_monitoring",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "since", "id"], name="enrollment_seats", condition=Q(holds_seat=True)),
            models.Index(fields=["ends_at"], name="enrollment_ending", condition=Q(ends_at__isnull=False)),
            models.Index(fields=["job"], name="enrollment_by_job", condition=Q(job__isnull=False)),
            models.Index(fields=["account", "service", "number"], name="enrollment_by_service"),
        ]

    def __str__(self) -> str:
        return f"{self.service} of number {self.number_id}"
