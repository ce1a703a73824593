"""Creating, editing and ending a campaign, and choosing its default caller ID; the effect is shown first (D3)."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.generic import View

from common.templatetags.formats import national
from phone_numbers.campaigns import changes, effects, lifecycle, reads
from phone_numbers.campaigns.effects import Effect
from phone_numbers.campaigns.forms import CampaignForm, DefaultForm
from phone_numbers.campaigns.rules import Dialing
from phone_numbers.models import Campaign, PhoneNumber
from phone_numbers.states import CampaignState
from phone_numbers.views.hub import HubPageMixin


class CampaignChange(HubPageMixin, View):
    """A page that changes one campaign; another account's does not exist."""

    needs_edit = True

    @cached_property
    def campaign(self) -> Campaign:
        """Return the campaign of the address."""
        return reads.campaign_for(self.kwargs["uuid"])

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing can be changed any more."""
        return self.campaign.state == CampaignState.ENDED

    def agreed(self) -> dict[str, Any]:
        """Return what every service wants to know about this request."""
        return {
            "kinds": self.license_kinds,
            "shown": self.request.POST.get("shown", ""),
            "actor": self.request.user,
            "now": timezone.now(),
        }

    def refused(self, words: object) -> HttpResponse:
        """Say why nothing was done, and go back to the campaign."""
        messages.error(self.request, str(words))
        return self.back()

    def back(self) -> HttpResponse:
        """Go back to the campaign."""
        return redirect("campaigns:detail", uuid=self.campaign.uuid)


class CampaignCreateView(HubPageMixin, View):
    """`/campaigns/new/`."""

    needs_edit = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return self._show(CampaignForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Create the campaign; what was typed stays when something is wrong."""
        form = CampaignForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        try:
            campaign = lifecycle.create_campaign(
                self.account, actor=self.request.user, now=timezone.now(), **form.cleaned_data
            )
        except lifecycle.NameTakenError as error:
            form.add_error("name", str(error))
            return self._show(form, status=400)
        messages.success(request, f"{campaign.name} was created. Add its numbers next.")
        return redirect("campaigns:detail", uuid=campaign.uuid)

    def _show(self, form: CampaignForm, status: int = 200) -> HttpResponse:
        return render(self.request, "campaigns/form.html", {"form": form}, status=status)


class CampaignEditView(CampaignChange):
    """`/campaigns/<uuid>/edit/`: a change that touches monitoring is shown with its effect before it is kept."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show the form."""
        if self.has_ended:
            return self.refused(changes.CampaignEndedError())
        return self._show(CampaignForm(initial={name: getattr(self.campaign, name) for name in lifecycle.FIELDS}))

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show the effect, or keep the change when there is none or the person has agreed to it."""
        form = CampaignForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        effect = self._effect(form)
        if not effect.is_empty and request.POST.get("step") != "confirm":
            return self._show(form, effect=effect)
        return self._keep(form, effect)

    def _keep(self, form: CampaignForm, effect: Effect) -> HttpResponse:
        agreed = self.agreed()
        if effect.is_empty:
            agreed["shown"] = effect.token
        try:
            changed = lifecycle.change_campaign(self.account, self.campaign, **form.cleaned_data, **agreed)
        except lifecycle.NameTakenError as error:
            form.add_error("name", str(error))
            return self._show(form, status=400)
        except changes.CampaignEndedError as error:
            return self.refused(error)
        except changes.EffectChangedError as error:
            return self._show(form, effect=error.effect, changed=str(error), status=409)
        messages.success(self.request, "The changes are kept." if changed else "Nothing was changed.")
        return self.back()

    def _effect(self, form: CampaignForm) -> Effect:
        typed = form.cleaned_data
        after = Dialing(self.campaign.state, typed["product"], typed["dialing_method"])
        return effects.effect_of_change(self.campaign, after, self.license_kinds)

    def _show(self, form: CampaignForm, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"form": form, "campaign": self.campaign}
        return render(self.request, "campaigns/form.html", context, status=status)


class CampaignEndView(CampaignChange):
    """`/campaigns/<uuid>/end/`: the effect, then the end for good."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show what ending the campaign would do."""
        if self.has_ended:
            return self.refused(changes.CampaignEndedError())
        after = replace(effects.dialing_of(self.campaign), state=CampaignState.ENDED)
        return self._show(effects.effect_of_change(self.campaign, after, self.license_kinds))

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """End the campaign."""
        try:
            lifecycle.end_campaign(self.account, self.campaign, **self.agreed())
        except changes.CampaignEndedError as error:
            return self.refused(error)
        except changes.EffectChangedError as error:
            return self._show(error.effect, changed=str(error), status=409)
        messages.success(request, f"{self.campaign.name} has ended. Its numbers can be read here as before.")
        return self.back()

    def _show(self, effect: Effect, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"campaign": self.campaign, "effect": effect, "counts": reads.status_counts(self.campaign)}
        return render(self.request, "campaigns/end.html", context, status=status)


class CampaignDefaultView(CampaignChange):
    """`POST /campaigns/<uuid>/default/` with `number`, a uuid of the pool, or empty for none."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Choose the default caller ID; a tagged one is chosen and warned about (R92)."""
        number = self._number(request.POST.get("number", ""))
        try:
            lifecycle.choose_default(self.account, self.campaign, number, actor=self.request.user, now=timezone.now())
        except (changes.CampaignEndedError, lifecycle.NotInPoolError) as error:
            return self.refused(error)
        if number is None:
            messages.success(request, "The campaign has no default caller ID now.")
        else:
            messages.success(request, f"{national(number.e164)} is the default caller ID now.")
        return self.back()

    def _number(self, uuid: str) -> PhoneNumber | None:
        form = DefaultForm({"number": uuid})
        if not form.is_valid():
            raise Http404("There is no such number.")
        wanted = form.cleaned_data["number"]
        return get_object_or_404(PhoneNumber, uuid=wanted) if wanted else None
