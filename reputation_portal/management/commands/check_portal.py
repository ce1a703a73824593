"""`check_portal`: what works, what does not, and what to do about it; ends with status 1 when something is broken."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reputation_portal.checkup import Level, check_portal


class Command(BaseCommand):
    """A line per finding, with the next step below it."""

    help = "Check database, Redis, beat, partitions, areas, totals, settings and feeds."
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        """Print the findings."""
        broken = 0
        for finding in check_portal(now=timezone.now()):
            self.stdout.write(f"{finding.level:<4}  {finding.what}")
            if finding.advice:
                self.stdout.write(f"      {finding.advice}")
            broken += finding.level is Level.FAIL
        if broken:
            raise CommandError(f"{broken} of the checks failed.")
