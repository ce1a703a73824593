"""Adding numbers to a campaign and removing them: refused entries with their reasons, the effect first (D3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.filter_fields import TEXT_LIMIT
from common.templatetags.formats import plural
from phone_numbers.campaigns import changes, choosing, effects, pools, reads
from phone_numbers.campaigns.choosing import Chosen
from phone_numbers.campaigns.effects import Effect
from phone_numbers.campaigns.forms import AddNumbersForm, TickedForm
from phone_numbers.models import PhoneNumber
from phone_numbers.views.campaign_changes import CampaignChange

SKIPPED_NAMED = 5
NONE_LEFT = "None of these numbers is in the campaign. Somebody may have removed them."


class PoolAddView(CampaignChange):
    """`/campaigns/<uuid>/numbers/add/`: paste a list or tick what a search found, see the effect, confirm."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show the form, with what `q` finds."""
        if self.has_ended:
            return self.refused(changes.CampaignEndedError())
        return self._ask(AddNumbersForm())

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show what would happen; with `step=confirm` do it."""
        form = AddNumbersForm(request.POST)
        if not form.is_valid():
            return self._ask(form, status=400)
        try:
            chosen = choosing.choose_numbers(self.campaign, self._text(form))
        except choosing.TooManyNumbersError as error:
            form.add_error("numbers", str(error))
            return self._ask(form, status=400)
        if not chosen.ready:
            return self._nothing(form, chosen)
        return self._add(chosen) if request.POST.get("step") == "confirm" else self._confirm(chosen)

    def _text(self, form: AddNumbersForm) -> str:
        """Return what was pasted, and what was ticked as lines of it."""
        ticked = TickedForm({"ids": self.request.POST.getlist("ids")})
        uuids = ticked.cleaned_data["ids"] if ticked.is_valid() else []
        picked = PhoneNumber.objects.filter(uuid__in=uuids).order_by("e164").values_list("e164", flat=True)
        return "\n".join([form.cleaned_data["numbers"], *picked])

    def _nothing(self, form: AddNumbersForm, chosen: Chosen) -> HttpResponse:
        words = "None of these can be added." if chosen.refused else "Paste or tick at least one number."
        form.add_error("numbers", words)
        return self._ask(form, status=400, chosen=chosen)

    def _add(self, chosen: Chosen) -> HttpResponse:
        try:
            added = pools.add_numbers(self.account, self.campaign, chosen.ready.values(), **self.agreed())
        except changes.CampaignEndedError as error:
            return self.refused(error)
        except changes.EffectChangedError as error:
            return self._confirm(chosen, changed=str(error), status=409)
        messages.success(self.request, f"{plural(added, 'number was,numbers were')} added to {self.campaign.name}.")
        if chosen.refused:
            messages.warning(self.request, _skipped(chosen))
        return self.back()

    def _confirm(self, chosen: Chosen, status: int = 200, **context: Any) -> HttpResponse:
        numbers = PhoneNumber.objects.filter(pk__in=chosen.ready.values())
        effect = effects.effect_of_addition(self.campaign, numbers, self.license_kinds)
        context |= {"campaign": self.campaign, "chosen": chosen, "effect": effect}
        return render(self.request, "campaigns/add_confirm.html", context, status=status)

    def _ask(self, form: AddNumbersForm, status: int = 200, **context: Any) -> HttpResponse:
        q = self.request.GET.get("q", "").replace("\0", "").strip()[:TEXT_LIMIT]
        found, more = reads.numbers_to_pick(self.account, self.campaign, q) if q else ([], False)
        context |= {"campaign": self.campaign, "form": form, "q": q, "found": found, "more": more}
        return render(self.request, "campaigns/add.html", context, status=status)


class PoolRemoveView(CampaignChange):
    """`/campaigns/<uuid>/numbers/remove/?ids=…`: the effect, then the removal."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show what removing the ticked numbers would do."""
        if self.has_ended:
            return self.refused(changes.CampaignEndedError())
        ticked = self._ticked(TickedForm(request.GET))
        if not ticked:
            return self.refused(NONE_LEFT if "ids" in request.GET else "Tick the numbers first.")
        return self._confirm(ticked)

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Remove them."""
        ticked = self._ticked(TickedForm(request.POST))
        if not ticked:
            return self.refused(NONE_LEFT)
        ids = [number.pk for number in ticked]
        try:
            removed = pools.remove_numbers(self.account, self.campaign, ids, **self.agreed())
        except changes.CampaignEndedError as error:
            return self.refused(error)
        except changes.EffectChangedError as error:
            return self._confirm(ticked, changed=str(error), status=409)
        messages.success(request, f"{plural(removed, 'number was,numbers were')} removed from {self.campaign.name}.")
        return self.back()

    def _ticked(self, form: TickedForm) -> list[PhoneNumber]:
        """Return the ticked numbers that are in the pool."""
        if not form.is_valid():
            return []
        in_pool = reads.pool_numbers(self.account, self.campaign)
        return list(in_pool.filter(uuid__in=form.cleaned_data["ids"]).order_by("e164"))

    def _confirm(self, ticked: list[PhoneNumber], status: int = 200, **context: Any) -> HttpResponse:
        context |= {"campaign": self.campaign, "ticked": ticked, "effect": self._effect(ticked)}
        context["default_leaves"] = self.campaign.default_number_id in {number.pk for number in ticked}
        return render(self.request, "campaigns/remove.html", context, status=status)

    def _effect(self, ticked: list[PhoneNumber]) -> Effect:
        leaving = effects.pool(self.campaign).filter(pk__in=[number.pk for number in ticked])
        return effects.effect_of_removal(self.campaign, leaving, self.license_kinds)


def _skipped(chosen: Chosen) -> str:
    """Return how many were skipped, and why the first of them were."""
    named = " ".join(f"{refused.given}: {refused.reason}" for refused in chosen.refused[:SKIPPED_NAMED])
    return f"{plural(len(chosen.refused), 'entry was,entries were')} skipped. {named}"
