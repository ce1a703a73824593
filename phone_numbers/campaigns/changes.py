"""What every change of a campaign shares: the lock, the second look at the effect, and what follows from it (D3)."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Account, User
from phone_numbers.campaigns import rules
from phone_numbers.campaigns.effects import Effect
from phone_numbers.models import Campaign
from phone_numbers.services import status
from phone_numbers.states import CampaignState, Capability


class CampaignEndedError(ValueError):
    """The campaign has ended, and stays as it was."""

    def __init__(self) -> None:
        super().__init__("This campaign has ended and stays as it was. Create a new one to dial again.")


class EffectChangedError(Exception):
    """What the change would do differs from what the person was shown; `effect` is what it would do now."""

    def __init__(self, effect: Effect) -> None:
        super().__init__("The numbers have changed since you looked. Read the effect again before you confirm.")
        self.effect = effect


def hold_active(account: Account, campaign: Campaign) -> Campaign:
    """Lock all campaigns of the account and return this one as it is now; CampaignEndedError when it has ended.

    All of them: a number that leaves its last two campaigns in two windows at once would be seen in the other one by
    both, and stay monitored without any.
    """
    held = {one.pk: one for one in Campaign.objects.select_for_update(no_key=True).order_by("pk")}
    if held[campaign.pk].state != CampaignState.ACTIVE:
        raise CampaignEndedError
    return held[campaign.pk]


def refuse_unseen(effect: Effect, shown: str) -> None:
    """Raise EffectChangedError when monitoring would move otherwise than the token that was shown says."""
    if effect.token != shown:
        raise EffectChangedError(effect)


def carry_out(account: Account, effect: Effect, *, actor: User | None, now: datetime) -> None:
    """Move the monitoring of the numbers concerned, each with its event."""
    status.set_capability(
        account,
        effect.ending.ids,
        to=Capability.NO_LONGER_ELIGIBLE,
        only_from=[Capability.ON],
        reason=rules.LEFT_LAST_CAMPAIGN,
        actor=actor,
        now=now,
    )
    status.set_capability(
        account,
        effect.restored.ids,
        to=Capability.ON,
        only_from=[Capability.NO_LONGER_ELIGIBLE],
        reason=rules.JOINED_AGAIN,
        actor=actor,
        now=now,
    )
