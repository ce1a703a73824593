"""Filters whose values are words of the URL, and refusals that say what to choose instead."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import IntegerChoices, QuerySet

TEXT_LIMIT = 80


class _Filters(dict[str, django_filters.Filter]):
    """The filters of a set. A copy has filters of its own, whose `extra` may be changed; what they refer to is shared.

    django-filter copies all the way down, each word of each choice, which took as long as reading the account.
    """

    def __deepcopy__(self, memo: object) -> _Filters:
        return _Filters({name: self._copied(filter_) for name, filter_ in self.items()})

    @staticmethod
    def _copied(filter_: django_filters.Filter) -> django_filters.Filter:
        made = copy.copy(filter_)
        made.extra = dict(filter_.extra)
        made.method = filter_.method  # binds the copy, which still holds the call that is bound to the first one
        return made


class _AskedForm(forms.Form):
    """Cleans what an address names. What it does not name is not in `cleaned_data` either."""

    def __init__(self, data: Mapping[str, Any], fields: dict[str, forms.Field]) -> None:
        super().__init__(data)
        self.fields = fields


class ListFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """The base of the filters of a list page: a FilterSet that makes and copies no more than a request needs.

    Most requests name one or two of a dozen filters; fields for all of them took longer than the page's query.
    """

    @classmethod
    def get_filters(cls) -> Mapping[str, django_filters.Filter]:
        """Return the declared filters, by name."""
        return _Filters(super().get_filters())

    @cached_property
    def form(self) -> forms.Form:
        """Return the form of this request: a field for each filter that it names."""
        return _AskedForm(self.data, {name: one.field for name, one in self.filters.items() if name in self.data})


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
