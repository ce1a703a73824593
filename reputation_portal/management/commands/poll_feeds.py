"""`poll_feeds`: take every feed that is due, in this process; for machines without a worker, and for looking."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from common.scope import all_accounts
from phone_numbers.feeds import leases, polling


class Command(BaseCommand):
    """Polls what is due once and says what each run brought."""

    help = "Poll the feeds that are due, here and now."

    def handle(self, **_: Any) -> None:
        """Claim and run each due feed."""
        with all_accounts():
            claims = leases.claim_due_feeds(now=timezone.now())
        for feed_id, token in claims:
            run = polling.poll_feed(feed_id, token)
            if run:
                ending = run.error or "ended well"
                self.stdout.write(f"{run.feed.name}: {run.stored} stored, {run.duplicate} known, {ending}")
        self.stdout.write(f"{len(claims)} feeds were due.")
