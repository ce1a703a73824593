"""What the home page and the frame count, from totals where there are totals."""

from __future__ import annotations

from django.db.models import Sum

from phone_numbers.models import NumberCount


def flagged_total() -> int:
    """Return how many numbers of the open account carry the spam tag (D20): one SUM over the totals."""
    return NumberCount.objects.filter(tagged=True).aggregate(total=Sum("n"))["total"] or 0
