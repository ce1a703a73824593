"""What the tests of campaigns share: the licences, the agreement of a person, and a second connection."""

from __future__ import annotations

from typing import Any

from accounts import selectors as account_selectors
from accounts.models import Account, AuditEvent, User
from common.scope import account_scope
from phone_numbers.campaigns.effects import NOTHING, Effect
from phone_numbers.models import Campaign, CampaignNumber, NumberEvent, PhoneNumber
from tests.factories import NOW


def agreement(account: Account, actor: User, effect: Effect = NOTHING) -> dict[str, Any]:
    """Return what a service is told about the person who agreed to an effect."""
    kinds = account_selectors.valid_license_kinds(account, today=NOW.date())
    return {"kinds": kinds, "shown": effect.token, "actor": actor, "now": NOW}


def pool_of(campaign: Campaign) -> list[str]:
    with account_scope(campaign.account_id):
        members = CampaignNumber.objects.filter(campaign=campaign).order_by("number__e164")
        return list(members.values_list("number__e164", flat=True))


def events_of(number: PhoneNumber) -> list[tuple[str, str, str]]:
    with account_scope(number.account_id):
        events = NumberEvent.objects.filter(number=number).order_by("pk")
        return list(events.values_list("from_value", "to_value", "reason"))


def audited(account: Account) -> list[str]:
    with account_scope(account):
        found = AuditEvent.objects.filter(action__startswith="campaign.").order_by("pk")
        return list(found.values_list("action", flat=True))
