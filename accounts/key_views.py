"""`/settings/keys/`: the account's API keys, made, shown once and revoked (B12)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.generic import View

from accounts import keys
from accounts.access import AccountPageMixin
from accounts.models import ApiKey
from accounts.scopes import ApiScope


class KeyForm(forms.Form):
    """A new key: what it is called, what it may do, and how often it may call."""

    name = forms.CharField(max_length=80, help_text="What uses it, such as “Dialer, east”.")
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=ApiScope.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text="Choose no more than it needs.",
    )
    calls_per_minute = forms.IntegerField(label="Calls a minute", min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most, usual = settings.API_CALLS_PER_MINUTE_MOST, settings.API_CALLS_PER_MINUTE
        self.fields["calls_per_minute"] = forms.IntegerField(
            label="Calls a minute",
            min_value=1,
            max_value=most,
            required=False,
            help_text=f"Empty: {usual:,}. At most {most:,}.",
        )
        for name in ("name", "calls_per_minute"):
            self.fields[name].widget.attrs["class"] = "form-control"


class KeyListView(AccountPageMixin, View):
    """Everybody of the account sees the keys; who may edit settings makes one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the keys and the form."""
        return self._show(KeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a key and show its secret, this once."""
        if not self.membership.may_edit:
            raise PermissionDenied(self.edit_refusal)
        form = KeyForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=400)
        key, secret = keys.make_key(self.account, actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        return self._show(KeyForm(), made=key, secret=secret)

    def _show(self, form: KeyForm, status: int = 200, **context: Any) -> HttpResponse:
        context |= {
            "form": form,
            "keys": [(key, [ApiScope(scope).label for scope in key.scopes]) for key in keys.keys_of(self.account)],
            "may_edit": self.membership.may_edit,
        }
        return render(self.request, "settings/keys.html", context, status=status)


class KeyRevokeView(AccountPageMixin, View):
    """`/settings/keys/<uuid>/revoke/`: asks first, then revokes a key for good."""

    needs_edit = True

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Ask."""
        return render(request, "settings/key_revoke.html", {"key": self._key(uuid)})

    def post(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Revoke; twice is harmless."""
        key = self._key(uuid)
        keys.revoke_key(key, actor=self.request.user, now=timezone.now())
        messages.success(request, f"The key {key.name} is revoked. Calls with it are refused from now on.")
        return redirect("settings:keys")

    def _key(self, uuid: str) -> ApiKey:
        key = ApiKey.objects.filter(uuid=uuid).first()
        if key is None:
            raise Http404("No such key.")
        return key
