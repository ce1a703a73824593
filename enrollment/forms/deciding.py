"""What a reviewer writes: reasons from the list, words of their own, notes to single answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from enrollment.forms.fields import refuse_invisible
from enrollment.states import ReasonCode

NOTE = "note-"
NOTE_LIMIT = 500
OFFERED = [(code.value, code.label) for code in ReasonCode if code is not ReasonCode.PROVIDER]


class DecisionForm(forms.Form):
    """Reasons for sending an application back; at least one of the three is needed."""

    codes = forms.MultipleChoiceField(
        label="Reasons",
        choices=OFFERED,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "Choose reasons of the list."},
    )
    text = forms.CharField(
        label="In your own words",
        required=False,
        max_length=2000,
        help_text="The applicant reads it. Say what to change, and what would be accepted.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        validators=[refuse_invisible],
    )

    def __init__(self, post: QueryDict | None, *, questions: dict[str, str]) -> None:
        self.notes = _notes(post, questions) if post else {}
        super().__init__(post)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason, since the applicant must know what to correct."""
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("codes") or cleaned.get("text") or self.notes) and not self.errors:
            raise forms.ValidationError("Choose a reason, or write what is needed: the applicant has nothing else.")
        return cleaned

    @property
    def reasons(self) -> list[dict[str, str]]:
        """Return the reasons as the enrollment keeps them."""
        codes, text = self.cleaned_data["codes"], self.cleaned_data["text"].strip()
        found = [{"code": code, "text": "", "field": ""} for code in codes]
        if text:
            found.append({"code": "", "text": text, "field": ""})
        noted = [{"code": "", "text": note, "field": name} for name, note in self.notes.items()]
        return found + noted


def _notes(post: QueryDict, questions: dict[str, str]) -> dict[str, str]:
    """Return the notes to single answers, by the names of the questions."""
    said = {name: post.get(f"{NOTE}{name}", "").replace("\0", "").strip()[:NOTE_LIMIT] for name in questions}
    return {name: note for name, note in said.items() if note}
