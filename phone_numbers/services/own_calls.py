"""What an account reports itself: its test calls, and what customers saw on their screens (D23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Account
from common.scope import account_scope
from phone_numbers.feeds import complaints
from phone_numbers.models import Complaint, PhoneNumber, Source
from phone_numbers.states import SourceKind
from providers.base import Observation

CUSTOMER = "customer"


def carriers() -> frozenset[str]:
    """Return the keys of the carriers that test calls can be about. A provider's verdict is not for others to give."""
    return frozenset(Source.objects.filter(kind=SourceKind.CARRIER).values_list("key", flat=True))


@transaction.atomic
def keep_reports(account: Account, reports: Sequence[Observation], *, now: datetime) -> int:
    """Keep what customers saw as evidence about the account's numbers; return how many were new.

    They stand beside the agencies' complaints and count with them at once, and never change a rating: nobody verified
    them.
    """
    oldest, latest = now - settings.READING_RETENTION, now + settings.FUTURE_TOLERANCE
    with account_scope(account):
        numbers = dict(PhoneNumber.objects.filter(e164__in={one.e164 for one in reports}).values_list("e164", "pk"))
        rows = [
            Complaint(
                account=account,
                number_id=numbers[one.e164],
                agency=CUSTOMER,
                created_at=one.observed_at,
                subject=f"A customer saw: {one.category or 'a spam label'}"[:120],
            )
            for one in reports
            if one.e164 in numbers and one.flagged and oldest <= one.observed_at <= latest
        ]
        told = {row.number_id for row in rows}
        known = Complaint.objects.filter(agency=CUSTOMER, number__in=told)
        before = known.count()
        Complaint.objects.bulk_create(rows, ignore_conflicts=True)
        kept = known.count() - before
    if kept:
        complaints.count_complaints_of(told, now=now)
    return kept
