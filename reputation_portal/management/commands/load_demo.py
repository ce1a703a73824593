"""`load_demo --numbers N --seed S`: the demo accounts with ninety days of history, once."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from phone_numbers.models import AreaPrefix
from providers.simulator.behaviour import World
from providers.simulator.inventory import numbers
from reputation_portal.demo import cases, cast, feeds, history, inventory, provider, services

GLOBEX_NUMBERS = 60
DEMO_SLUGS = tuple(cast.ACCOUNTS)


class Command(BaseCommand):
    """Loads once: with --if-missing a second call only points the feeds to the simulator and sets the password.

    A load that was interrupted goes on with the first day that is missing (the same options are needed).
    """

    help = "Load the demo accounts (acme, globex) with numbers that ring nowhere and 90 days of history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--numbers", type=int, default=5_000, help="Numbers of the account acme.")
        parser.add_argument("--seed", type=int, default=1, help="The same seed gives the same demo.")
        parser.add_argument("--days", type=int, default=history.DAYS, help="Days of history.")
        parser.add_argument("--epoch", help="End of the history (ISO 8601, default now); the simulator goes on there.")
        parser.add_argument("--if-missing", action="store_true", help="Do not complain when it is there already.")

    def handle(self, *, numbers: int, seed: int, days: int, epoch: str | None, if_missing: bool, **_: Any) -> None:
        """Load, or refresh what a restart needs."""
        if not settings.DEMO_PASSWORD:
            raise CommandError("Set DEMO_PASSWORD: the demo people need a password.")
        found = {account.slug: account for account in Account.objects.filter(slug__in=DEMO_SLUGS)}
        if found and not if_missing:
            raise CommandError("The demo is loaded already. Use --if-missing to point its feeds to the simulator.")
        counts = {"acme": numbers, "globex": GLOBEX_NUMBERS}
        if not found:
            found = self._make_accounts(counts, seed=seed, days=days, epoch=_moment(epoch))
        self._write_missing_history(found, seed=seed, days=days)
        cast.set_passwords(settings.DEMO_PASSWORD)
        if settings.SIMULATOR_URL:
            feeds.point_feeds(found, counts=counts, address=settings.SIMULATOR_URL, now=timezone.now())
            provider.name_providers(found, counts=counts, address=settings.SIMULATOR_URL, now=timezone.now())
        services.assign_services(found["acme"], now=timezone.now())
        cases.write_past_cases(found["acme"], now=timezone.now())

    def _make_accounts(self, counts: dict[str, int], *, seed: int, days: int, epoch: datetime) -> dict[str, Account]:
        """Make accounts, people and numbers: all of them or none."""
        start = epoch - timedelta(days=days)
        if not AreaPrefix.objects.exists():
            call_command("load_areas", "--if-missing")
        with transaction.atomic():
            accounts = cast.make_cast(password=settings.DEMO_PASSWORD, starts_on=start.date(), now=start)
            for slug, account in accounts.items():
                e164s = numbers(feeds.demo_key(slug, counts[slug]), counts[slug], seed)
                inventory.add_demo_numbers(account, e164s, seed=seed, now=start)
            inventory.set_demo_states(accounts["acme"], seed=seed, now=start + timedelta(days=min(7, days)))
        return accounts

    def _write_missing_history(self, accounts: dict[str, Account], *, seed: int, days: int) -> None:
        """Write the days that no earlier call has finished; history starts at the creation of the accounts."""
        start = accounts["acme"].created_at
        done = history.finished_days(accounts["acme"], start=start, days=days)
        if done == days:
            return
        began = time.monotonic()
        inventories = {account: inventory.e164s_of(account) for account in accounts.values()}
        total = sum(len(e164s) for e164s in inventories.values())
        self.stdout.write(f"  {total:,} numbers; writing {days - done} days of history by the simulator's rules")
        written = history.write_history(
            inventories,
            World(seed, start + timedelta(days=days)),
            days=days,
            first_day=done,
            tell=lambda line: self.stdout.write(line),
        )
        self.stdout.write(f"  {written:,} observations in {time.monotonic() - began:.0f} s")


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--epoch must be a time such as 2026-01-31T12:00:00+00:00, not {text!r}.") from error
    return moment.astimezone(UTC)
