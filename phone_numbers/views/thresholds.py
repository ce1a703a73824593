"""`/settings/thresholds/`: the account's own thresholds of the rating rule, with a preview of what they would move."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts.access import AccountPageMixin
from phone_numbers.feeds import ingest
from phone_numbers.feeds.rating import RatingRule
from phone_numbers.feeds.rules import rule_for
from phone_numbers.services import thresholds
from phone_numbers.states import STATUS_BY_RATING


class ThresholdForm(forms.Form):
    """The three thresholds; an empty field takes the portal's own value."""

    spam_carriers = forms.TypedChoiceField(
        label="Carriers that must say Spam",
        coerce=int,
        choices=((1, "One (the default)"), (2, "Two"), (3, "Three")),
        help_text="With two or three, fewer Spam carriers make a number Mixed. A provider's own verdict always counts.",
    )
    min_observations = forms.IntegerField(
        label="Observations a carrier needs", min_value=1, max_value=10, required=False
    )
    spam_share = forms.IntegerField(
        label="Flagged share that makes Spam, in percent", min_value=1, max_value=100, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        portal = {"min_observations": settings.RATING_MIN_OBSERVATIONS, "spam_share": settings.RATING_SPAM_SHARE}
        for name, value in portal.items():
            self.fields[name].help_text = f"Empty: the portal's own value, {value}."
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    def rule(self, base: RatingRule) -> RatingRule:
        """Return a rule with what was typed."""
        typed = self.cleaned_data
        return replace(
            base,
            spam_carriers=typed["spam_carriers"],
            min_observations=typed["min_observations"] or settings.RATING_MIN_OBSERVATIONS,
            spam_share=typed["spam_share"] or settings.RATING_SPAM_SHARE,
        )


class ThresholdsView(AccountPageMixin, View):
    """Everybody sees the rule; who may edit settings previews a change, then keeps it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the rule in force."""
        initial = {
            "spam_carriers": self.account.spam_carriers,
            "min_observations": self.account.rating_min_observations,
            "spam_share": self.account.rating_spam_share,
        }
        return self._show(ThresholdForm(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Preview, or keep when the person says so."""
        if not self.membership.may_edit:
            raise PermissionDenied(self.edit_refusal)
        form = ThresholdForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        if request.POST.get("step") == "keep":
            return self._keep(form)
        changes = ingest.preview_rule(self.account, form.rule(rule_for(self.account)), now=timezone.now())
        rows = [(STATUS_BY_RATING[old], STATUS_BY_RATING[new], n) for (old, new), n in changes.items()]
        return self._show(form, preview=rows, total=sum(changes.values()), previewed=True)

    def _keep(self, form: ThresholdForm) -> HttpResponse:
        changed = thresholds.set_thresholds(
            self.account, actor=self.request.user, now=timezone.now(), **form.cleaned_data
        )
        if changed:
            messages.success(self.request, "The thresholds are kept. The flagged numbers are being rated again.")
        else:
            messages.info(self.request, "Nothing was changed.")
        return redirect("settings:thresholds")

    def _show(self, form: ThresholdForm, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"form": form, "rule": rule_for(self.account), "may_edit": self.membership.may_edit}
        return render(self.request, "settings/thresholds.html", context, status=status)
