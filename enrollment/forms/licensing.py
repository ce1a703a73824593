"""The form of a license, for platform staff."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.products import LicenseKind

MOST_SEATS = 10_000_000


class LicenseForm(forms.Form):
    """Kind, seats where they count, and the days from and to which a license is in force."""

    kind = forms.ChoiceField(choices=LicenseKind, label="License")
    seats = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_SEATS,
        help_text="Only for Spam Monitoring and Remediation: how many numbers may be monitored outside Contact Center.",
    )
    starts_on = forms.DateField(label="In force from", help_text="The first day, such as 2026-01-31.")
    ends_on = forms.DateField(required=False, label="Until", help_text="The last day; empty for no end.")

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_kind: str = "" if is_new else kwargs["initial"]["kind"]
        if not is_new:
            del self.fields["kind"]
            self._fit_seats()
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "kind" else "form-control"
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget = forms.DateInput(
                attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"
            )

    def _fit_seats(self) -> None:
        """Ask for seats only where the license counts them."""
        if self.known_kind == LicenseKind.SPAM_MONITORING:
            self.fields["seats"].required = True
            self.fields["seats"].help_text = "How many numbers may be monitored outside Contact Center campaigns."
        else:
            del self.fields["seats"]

    def clean(self) -> dict[str, Any]:
        """Refuse a license that ends before it begins, and seats that are missing or count for nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        kind, seats = cleaned.get("kind", self.known_kind), cleaned.get("seats")
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The last day lies before the first.")
        if kind == LicenseKind.SPAM_MONITORING and seats is None and "seats" not in self.errors:
            self.add_error("seats", "Say how many seats this license has.")
        if kind != LicenseKind.SPAM_MONITORING:
            cleaned["seats"] = None
        return cleaned
