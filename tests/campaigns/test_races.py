"""Two people change campaigns in the same moment: the second one waits, looks again, and is told."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from accounts.models import Account, User
from common.scope import account_scope
from phone_numbers.campaigns import changes, effects, pools
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import Capability
from tests import factories
from tests.campaigns.campaign_world import agreement, pool_of

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
PATIENCE = 20


def wait_until_somebody_waits() -> None:
    """Return once another connection waits for a lock of this one."""
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits.")


class Leaving(threading.Thread):
    """Somebody who takes a number out of a campaign on a connection of their own, having been shown no effect."""

    def __init__(self, account: Account, campaign: Campaign, number: PhoneNumber, actor: User) -> None:
        super().__init__()
        self.given = (account, campaign, [number.pk])
        self.agreed = agreement(account, actor)
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            pools.remove_numbers(*self.given, **self.agreed)
        except changes.EffectChangedError as error:
            self.error = error
        finally:
            connection.close()


def test_a_number_that_leaves_its_last_two_campaigns_at_once_is_noticed(acme: Account, admin: User) -> None:
    number = factories.make_number(acme, capability=Capability.ON)
    first, second = (factories.make_campaign(acme, numbers=[number]) for _ in range(2))
    other = Leaving(acme, second, number, admin)
    with transaction.atomic():
        pools.remove_numbers(acme, first, [number.pk], **agreement(acme, admin))
        other.start()
        wait_until_somebody_waits()
    other.join(PATIENCE)
    assert isinstance(other.error, changes.EffectChangedError)
    assert other.error.effect.ending.ids == (number.pk,)
    assert (pool_of(first), pool_of(second)) == ([], [number.e164])
    with account_scope(acme):
        assert effects.pool(second).get().status.capability == Capability.ON
