"""Filters whose values are words of the URL, and refusals that say what to choose instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import IntegerChoices, QuerySet

TEXT_LIMIT = 80


class WordField(forms.MultipleChoiceField):
    """Any of a set of words; an unknown one is refused with the words that exist."""

    default_error_messages = {"invalid_choice": "“%(value)s” is not one of the choices."}

    def to_python(self, value: Any) -> list[str]:
        """Return the words without empty ones: a form that is sent without a choice says nothing."""
        return [word for word in super().to_python(value) if word]

    def validate(self, value: Any) -> None:
        """Refuse a word that is not offered; the message names those that are."""
        try:
            super().validate(value)
        except ValidationError as error:
            words = ", ".join(str(label) for _, label in self.widget.choices) or "none yet"
            unknown = str((error.params or {}).get("value", ""))[:TEXT_LIMIT]
            message = f"“{unknown}” is not a choice here. Choose from: {words}."
            raise ValidationError(message, code="invalid_choice") from error


class WordFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    """Rows whose column has any of the chosen words; the words are the names of an IntegerChoices in lower case."""

    field_class = WordField

    def __init__(self, choices: type[IntegerChoices], field_name: str, label: str) -> None:
        self.values_by_word = {choice.name.lower(): choice.value for choice in choices}
        words = [(choice.name.lower(), choice.label) for choice in choices]
        super().__init__(field_name=field_name, choices=words, label=label)

    def values(self, words: Iterable[str]) -> list[int]:
        """Return the column's values that the words stand for."""
        return [self.values_by_word[word] for word in words]

    def filter(self, qs: QuerySet[Any], value: Sequence[str]) -> QuerySet[Any]:
        """Return the rows with any of the words; all rows when none is chosen."""
        return qs.filter(**{f"{self.field_name}__in": self.values(value)}) if value else qs


class TextListField(forms.Field):
    """A repeated parameter of short texts, each cleaned like a CharField."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        """Return the texts that are not empty."""
        text = forms.CharField(required=False, max_length=TEXT_LIMIT)
        return [word for word in (text.clean(item) for item in value or []) if word]


class UuidListField(forms.Field):
    """A repeated parameter of UUIDs."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[Any]:
        """Return the UUIDs; one that is none refuses the whole list."""
        return [forms.UUIDField().clean(item) for item in value or []]
