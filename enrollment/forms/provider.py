"""The form of an account's provider: its fields come from what the provider asks for (providers.registry)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from enrollment.models import ProviderAccount
from providers import registry
from providers.errors import Misconfigured
from providers.http import HttpClient
from providers.kinds import ServiceKind


class ProviderForm(forms.Form):
    """The provider's own settings, and its key, which is never shown again."""

    def __init__(self, kind: ServiceKind, *args: Any, named: ProviderAccount | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.named = kind, named
        stored = named.settings if named else {}
        self.fields["secret"] = self._key_field(has_one=bool(named and named.secret))
        for setting in kind.settings:
            self.fields[setting.name] = forms.CharField(
                label=setting.label,
                help_text=setting.help,
                required=setting.required,
                max_length=500,
                initial=stored.get(setting.name, setting.default),
            )
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def _key_field(self, *, has_one: bool) -> forms.CharField:
        kept = "A key is kept, sealed. Leave this empty to keep it." if has_one else "Kept sealed, never shown again."
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(
            label=self.kind.key_label, required=not has_one, max_length=500, help_text=kept, widget=widget
        )

    def clean(self) -> dict[str, Any]:
        """Judge the address as every request will: a private one is refused here already."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                registry.checked(self.kind, self.provider_settings, HttpClient(allow=settings.OUTBOUND_ALLOW))
            except Misconfigured as error:
                raise forms.ValidationError(error.message) from error
        return cleaned

    def clean_secret(self) -> str:
        """Refuse what no key has in it; an empty one keeps the key there is."""
        secret: str = self.cleaned_data["secret"].strip()
        if secret and (not secret.isascii() or not secret.isprintable() or " " in secret):
            raise forms.ValidationError("The key holds a character that keys do not have. Copy it again.")
        return secret

    @property
    def provider_settings(self) -> dict[str, str]:
        """Return the provider's settings as they are stored."""
        return {setting.name: self.cleaned_data.get(setting.name, "") for setting in self.kind.settings}
