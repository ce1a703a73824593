"""What people may write about cases, manual tasks, tickets and alerts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from accounts import selectors as account_selectors
from accounts.models import Account, User
from remediation.services.cases import NOTE_LIMIT
from remediation.services.tickets import BODY_LIMIT
from remediation.states import AlertMail

REASON_LIMIT = 200
LONGEST_FOLLOW_UP = timedelta(days=365)
MUTES = {
    "1": "1 hour",
    "8": "8 hours",
    "24": "1 day",
    "168": "1 week",
    "720": "30 days",
}


class StyledForm(forms.Form):
    """A form whose fields look like the portal's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field.widget, forms.Select) and not isinstance(field.widget, forms.RadioSelect)
            field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")


class NoteForm(StyledForm):
    """A note for the timeline."""

    note = forms.CharField(
        label="Note",
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what the others should know."},
    )


class OwnerForm(StyledForm):
    """Who looks after a case: a person of the account, or nobody."""

    owner = forms.ChoiceField(label="Owner", required=False)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, User] = {
            str(member.user_id): member.user for member in account_selectors.members(account)
        }
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Nobody"), *((key, str(one)) for key, one in self.people.items())]

    @property
    def chosen(self) -> User | None:
        """Return the person; None for nobody."""
        return self.people.get(self.cleaned_data["owner"])


class ReasonForm(StyledForm):
    """Why something is done to a case; may stay empty."""

    reason = forms.CharField(label="Why", max_length=REASON_LIMIT, required=False)


class TicketForm(StyledForm):
    """A support ticket, prefilled with the evidence."""

    subject = forms.CharField(label="Subject", max_length=200)
    body = forms.CharField(
        label="What support should know",
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="Prefilled with the evidence of this case. Change whatever you like before it is sent.",
    )


class ReplyForm(StyledForm):
    """A message in a ticket."""

    body = forms.CharField(
        label="Message",
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write a message first."},
    )


class FileTaskForm(StyledForm):
    """That a dispute was filed by hand: the carrier's reference and the day to look again."""

    reference = forms.CharField(
        label="Reference", max_length=80, required=False, help_text="The number or name that the carrier gave it."
    )
    follow_up_on = forms.DateField(
        label="Look again on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="On this day it is listed under what needs a person.",
    )
    note = forms.CharField(label="Note", max_length=REASON_LIMIT, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean_follow_up_on(self) -> date | None:
        """Refuse a day that has passed or is more than a year away."""
        day: date | None = self.cleaned_data["follow_up_on"]
        if day and day < self.today:
            raise forms.ValidationError("This day has passed. Choose today or a later one.")
        if day and day > self.today + LONGEST_FOLLOW_UP:
            raise forms.ValidationError("This day is more than a year away. Choose an earlier one.")
        return day


class AlertActForm(forms.Form):
    """What is done to alerts: to one by its uuid, or to the tag alerts of a group by its key."""

    action = forms.ChoiceField(choices=[("acknowledge", ""), ("mute", ""), ("unmute", "")])
    hours = forms.ChoiceField(choices=list(MUTES.items()), required=False)
    alert = forms.UUIDField(required=False)
    group = forms.CharField(max_length=40, required=False)


class AlertMailForm(StyledForm):
    """How a person is told of the account's alerts."""

    mail = forms.ChoiceField(
        label="E-mail about alerts",
        choices=AlertMail.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
