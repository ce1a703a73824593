"""Fields of the enrollment form: each says why it is asked, and refuses what a real provider would refuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from common import pdf
from common.phone import NumberError, parse_number
from common.us_states import STATE_NAMES

F = TypeVar("F", bound=forms.Field)

STATES = (("", "Choose a state"), *sorted(STATE_NAMES.items(), key=lambda entry: entry[1]))
YES_NO = (("yes", "Yes"), ("no", "No"))
_EIN = re.compile(r"([0-9]{2})-?([0-9]{7})\Z")
_ZIP = re.compile(r"([0-9]{5})(?:[- ]?([0-9]{4}))?\Z")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
LINE_BREAKS = "\n\r\t"


def explained(field: F, why: str) -> F:
    """Return the field with the reason for asking, which the page shows beside it."""
    vars(field)["why"] = why
    return field


def refuse_invisible(text: str) -> None:
    """Refuse control characters and marks that turn or hide text; line breaks are fine."""
    hidden = (one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Co", "Cn") and one not in LINE_BREAKS)
    for one in hidden:
        raise ValidationError(f"This contains a character that cannot be seen (U+{ord(one):04X}). Type it again.")


def refuse_unprintable(text: str) -> None:
    """Refuse what the letter of authorization cannot show."""
    character = pdf.first_unprintable(text)
    if character:
        raise ValidationError(
            f"The letter of authorization cannot show “{character}”. Write it in Latin letters, as state records do."
        )


def line(
    label: str,
    why: str,
    *,
    limit: int,
    least: int = 1,
    hint: str = "",
    required: bool = True,
    printed: bool = False,
    **attrs: str,
) -> forms.CharField:
    """Return a field of one line; `printed` when the letter of authorization shows it."""
    validators = [refuse_invisible, refuse_unprintable] if printed else [refuse_invisible]
    field = forms.CharField(
        label=label,
        help_text=hint,
        max_length=limit,
        min_length=least if least > 1 else None,
        required=required,
        validators=validators,
        widget=forms.TextInput(attrs=attrs),
    )
    return explained(field, why)


def choice(label: str, why: str, choices: Iterable[tuple[str, str]], *, hint: str = "") -> forms.ChoiceField:
    """Return a menu that must be chosen from."""
    listed = [("", "Choose one"), *choices]
    error = {"invalid_choice": "Choose one of the list."}
    return explained(forms.ChoiceField(label=label, choices=listed, help_text=hint, error_messages=error), why)


def state(label: str, why: str, *, required: bool = True) -> forms.ChoiceField:
    """Return a menu of US states, by their two letters."""
    error = {"invalid_choice": "Choose a state of the list."}
    return explained(forms.ChoiceField(label=label, choices=STATES, required=required, error_messages=error), why)


def yes_no(label: str, why: str, *, required: bool = True) -> forms.ChoiceField:
    """Return a question that is answered with Yes or No."""
    error = {"required": "Answer Yes or No.", "invalid_choice": "Answer Yes or No."}
    field = forms.ChoiceField(
        label=label, choices=YES_NO, required=required, error_messages=error, widget=forms.RadioSelect
    )
    return explained(field, why)


def email(label: str, why: str, *, hint: str = "", required: bool = True, printed: bool = False) -> forms.EmailField:
    """Return an e-mail address."""
    validators = [refuse_invisible, refuse_unprintable] if printed else [refuse_invisible]
    widget = forms.EmailInput(attrs={"spellcheck": "false"})
    field = forms.EmailField(
        label=label, help_text=hint, max_length=254, required=required, widget=widget, validators=validators
    )
    return explained(field, why)


class EinField(forms.CharField):
    """A federal tax ID, kept as NN-NNNNNNN."""

    def clean(self, value: Any) -> str:
        """Return the EIN with its dash."""
        text = super().clean(value)
        match = _EIN.match(text.replace(" ", ""))
        if not match:
            raise ValidationError("An EIN has nine digits, written like 12-3456789.")
        return f"{match[1]}-{match[2]}"


class ZipField(forms.CharField):
    """A ZIP code, kept as NNNNN or NNNNN-NNNN."""

    def clean(self, value: Any) -> str:
        """Return the ZIP code with its dash; '' when it may be empty."""
        text = super().clean(value)
        if not text and not self.required:
            return ""
        match = _ZIP.match(text)
        if not match:
            raise ValidationError("A ZIP code has five digits, or nine like 80202-1234.")
        return f"{match[1]}-{match[2]}" if match[2] else match[1]


class UsPhoneField(forms.CharField):
    """A phone number of the United States, kept in E.164."""

    widget = forms.TextInput(attrs={"type": "tel"})

    def clean(self, value: Any) -> str:
        """Return the number in E.164; '' when it may be empty."""
        text = super().clean(value)
        if not text and not self.required:
            return ""
        try:
            number = parse_number(text)
        except NumberError as error:
            raise ValidationError(f"{error} Write a US number like (303) 555-0142.") from error
        if number.country != "US":
            raise ValidationError("This number is outside the United States. Give a US number of the business.")
        return number.e164


class WebsiteField(forms.CharField):
    """The address of a website that begins with https://; kept without a fragment."""

    widget = forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "placeholder": "https://"})

    def clean(self, value: Any) -> str:
        """Return the address; what is typed without a scheme gets https://."""
        text = super().clean(value)
        refuse_invisible(text)
        address = text if "://" in text else f"https://{text}"
        if not address.startswith("https://"):
            raise ValidationError("The address must begin with https://, since engines do not trust open websites.")
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        except (ValueError, UnicodeError) as error:
            raise ValidationError("This is no address of a website. Write it like https://acme.example.") from error
        if not _HOST.match(host) or parts.username is not None or port not in (None, 443):
            raise ValidationError("This is no address of a website. Write it like https://acme.example.")
        return address.partition("#")[0]


class DigitsField(forms.CharField):
    """An optional number of exactly so many digits; dashes and blanks are dropped."""

    def __init__(self, *, digits: int, **kwargs: Any) -> None:
        self.digits = digits
        super().__init__(max_length=30, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the digits; '' when empty."""
        text = str(super().clean(value)).replace("-", "").replace(" ", "")
        if text and not (text.isascii() and text.isdigit() and len(text) == self.digits):
            raise ValidationError(f"This number has {self.digits} digits.")
        return text
