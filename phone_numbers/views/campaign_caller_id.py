"""`/campaigns/<uuid>/caller-id/`: where a campaign can call from, a decision tried out, and its own choices (D25)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from common.phone import NumberError, parse_number
from phone_numbers.campaigns import caller_id, coverage, lifecycle, matching, reads
from phone_numbers.campaigns.changes import CampaignEndedError
from phone_numbers.campaigns.forms import MatchingForm
from phone_numbers.models import CallerIdChoice, Campaign
from phone_numbers.states import CampaignState, Rating
from phone_numbers.views.hub import HubPageMixin

SHOWN = 3  # numbers that are named at each step


class TryForm(forms.Form):
    """A destination to try."""

    destination = forms.CharField(
        label="Destination",
        max_length=80,
        required=False,
        help_text="Nothing is called and nothing is counted.",
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "(303) 555-0142", "inputmode": "tel"}),
    )

    def clean_destination(self) -> str:
        """Return the number in E.164, '' when none was typed."""
        given: str = self.cleaned_data["destination"]
        if not given:
            return ""
        try:
            return parse_number(given).e164
        except NumberError as error:
            raise forms.ValidationError(str(error)) from error


class CallerIdView(HubPageMixin, View):
    """Everybody of the account sees it; who may edit settings changes the campaign's choices."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show it, with the decision for a destination when one is asked about."""
        campaign = reads.campaign_for(self.kwargs["uuid"])
        return self._show(campaign, MatchingForm(initial=_choices_of(campaign)))

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Keep the campaign's choices."""
        if not self.membership.may_edit:
            raise PermissionDenied(self.edit_refusal)
        campaign = reads.campaign_for(self.kwargs["uuid"])
        form = MatchingForm(request.POST)
        if not form.is_valid():
            return self._show(campaign, form, status=400)
        try:
            changed = lifecycle.set_matching(
                self.account, campaign, actor=self.request.user, now=timezone.now(), **form.cleaned_data
            )
        except CampaignEndedError as error:
            messages.error(request, str(error))
            return redirect("campaigns:caller_id", uuid=campaign.uuid)
        words = "The choices are kept. The next call follows them." if changed else "Nothing was changed."
        messages.success(request, words)
        return redirect("campaigns:caller_id", uuid=campaign.uuid)

    def _show(self, campaign: Campaign, form: MatchingForm, status: int = 200) -> HttpResponse:
        states = coverage.coverage(campaign, today=timezone.now().date())
        asked = TryForm(self.request.GET if "destination" in self.request.GET else None)
        context = {
            "campaign": campaign,
            "states": states,
            "tiles": coverage.every_state(states),
            "choices": [(choice, _kept_steps(choice)) for choice in coverage.recent_choices(campaign)],
            "form": form,
            "asked": asked,
            "decision": self._decision(campaign, asked),
            "is_active": campaign.state == CampaignState.ACTIVE,
            "may_change": self.membership.may_edit and campaign.state == CampaignState.ACTIVE,
        }
        return render(self.request, "campaigns/caller_id.html", context, status=status)

    def _decision(self, campaign: Campaign, asked: TryForm) -> dict[str, Any] | None:
        """Return the decision for the destination step by step, None when none was asked about."""
        if not asked.is_bound or not asked.is_valid() or not asked.cleaned_data["destination"]:
            return None
        destination = caller_id.destination_of(asked.cleaned_data["destination"])
        pool, policy = caller_id.pool_of(campaign), caller_id.policy_of(campaign)
        found = matching.match(pool, destination, policy, now=timezone.now())
        return {
            "destination": destination,
            "number": found.number,
            "rating": Rating(found.number.rating).label if found.number else "",
            "step": found.step.words if found.step else "",
            "default": campaign.default_number,
            "steps": [_step(report) for report in found.reports],
        }


def _step(report: matching.StepReport) -> dict[str, Any]:
    return {
        "words": report.step.words,
        "usable": len(report.usable),
        "resting": report.resting,
        "first": [number.e164 for number in report.usable[:SHOWN]],
        "skipped": [(reason.words, n) for reason, n in report.skipped.items()],
    }


def _kept_steps(choice: CallerIdChoice) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Return what each step had when the choice was made: its words, how many could be used, who was skipped and why.

    Steps without a number are left out; only sampled choices have any.
    """
    return [
        (
            matching.Step(one["step"]).words,
            one["usable"],
            [(matching.Skipped(reason).words, n) for reason, n in one["skipped"].items()],
        )
        for one in choice.steps
        if one["usable"] or one["skipped"]
    ]


def _choices_of(campaign: Campaign) -> dict[str, Any]:
    return {name: getattr(campaign, name) for name in lifecycle.MATCHING_FIELDS}
