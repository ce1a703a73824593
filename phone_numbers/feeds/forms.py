"""The form of a feed: its fields come from what the provider asks for (providers.registry)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings

from phone_numbers.models import Feed
from providers import registry
from providers.errors import Misconfigured
from providers.http import HttpClient

INTERVALS = (
    (2, "Every 2 seconds"),
    (5, "Every 5 seconds"),
    (30, "Every 30 seconds"),
    (60, "Every minute"),
    (300, "Every 5 minutes"),
    (900, "Every 15 minutes"),
    (3600, "Every hour"),
    (21_600, "Every 6 hours"),
    (86_400, "Every day"),
)


class FeedForm(forms.Form):
    """Name, interval, the provider's own settings, and its key, which is never shown again."""

    name = forms.CharField(max_length=80, help_text="How people will recognize it, such as “Telnyx, main account”.")
    interval_seconds = forms.TypedChoiceField(label="Ask", coerce=int, choices=INTERVALS)

    def __init__(self, kind: registry.ProviderKind, *args: Any, feed: Feed | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.feed = kind, feed
        stored = feed.settings if feed else {}
        for setting in kind.settings:
            self.fields[setting.name] = forms.CharField(
                label=setting.label,
                help_text=setting.help,
                required=setting.required,
                max_length=500,
                initial=stored.get(setting.name, setting.default),
            )
        if kind.key_label:
            self.fields["secret"] = _key_field(kind, has_one=bool(feed and feed.secret))
        if kind.billed:
            self.fields["daily_budget"] = forms.IntegerField(
                label="Billed checks a day",
                min_value=1,
                max_value=100_000_000,
                required=False,
                initial=feed.daily_budget if feed else None,
                help_text="The most numbers asked about in a day (UTC). Empty: no limit. Flagged numbers go first.",
            )
        if kind.verdicts_of:
            self.fields["check_period_hours"] = _period_field(feed)
        self._set_initial(feed)

    def _set_initial(self, feed: Feed | None) -> None:
        seconds = feed.interval_seconds if feed else self.kind.interval_seconds
        field = self.fields["interval_seconds"]
        field.initial = seconds
        if seconds not in dict(INTERVALS):
            field.choices = [*INTERVALS, (seconds, f"Every {seconds} seconds")]  # type: ignore[attr-defined]
        self.fields["name"].initial = feed.name if feed else self.kind.name
        for one in self.fields.values():
            one.widget.attrs["class"] = "form-select" if isinstance(one.widget, forms.Select) else "form-control"

    def clean(self) -> dict[str, Any]:
        """Judge the addresses as every request will: a private one is refused here already."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                registry.checked(self.kind, self.provider_settings, HttpClient(allow=settings.OUTBOUND_ALLOW))
            except Misconfigured as error:
                raise forms.ValidationError(error.message) from error
        return cleaned

    @property
    def provider_settings(self) -> dict[str, str]:
        """Return the provider's settings as they are stored."""
        return {setting.name: self.cleaned_data.get(setting.name, "") for setting in self.kind.settings}

    @property
    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        return {
            "name": self.cleaned_data["name"],
            "interval_seconds": self.cleaned_data["interval_seconds"],
            "settings": self.provider_settings,
            "secret": self.cleaned_data.get("secret", "").strip(),
            "daily_budget": self.cleaned_data.get("daily_budget"),
            "check_period_hours": self.cleaned_data.get("check_period_hours"),
        }


def _period_field(feed: Feed | None) -> forms.IntegerField:
    """Return the field of D19's check period; 60 days are beyond what any provider needs."""
    hours = settings.PROVIDER_CHECK_PERIOD // timedelta(hours=1)
    return forms.IntegerField(
        label="Check period in hours",
        min_value=1,
        max_value=1440,
        required=False,
        initial=feed.check_period_hours if feed else None,
        help_text=(
            "Within what time every number is asked about. A verdict older than twice this is stale and does not "
            f"count. Empty: the portal's own value, {hours} hours."
        ),
    )


def _key_field(kind: registry.ProviderKind, *, has_one: bool) -> forms.CharField:
    kept = "A key is kept, sealed. Leave this empty to keep it." if has_one else "Kept sealed, never shown again."
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    needed = not has_one and not kind.key_optional
    label = f"{kind.key_label} (optional)" if kind.key_optional else kind.key_label
    return forms.CharField(label=label, required=needed, max_length=500, help_text=kept, widget=widget)
